"""Runs a program on a pseudo-terminal and talks with it: reads {argv, cwd, env, columns, talk} as JSON from stdin, writes
{text, code} to stdout. `talk` is a list of [text to read first, text to type]."""
import fcntl, json, os, pty, select, struct, sys, termios

told = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, told["columns"], 0, 0))
    os.chdir(told["cwd"])
    os.execve(told["argv"][0], told["argv"], told["env"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, told["columns"], 0, 0))
text, seen, talk = "", 0, list(told["talk"])
while True:
    ready, _, _ = select.select([terminal], [], [], 60)
    try:
        piece = os.read(terminal, 65536) if ready else b""
    except OSError:
        piece = b""
    if not piece:
        break
    text += piece.decode("utf-8", "replace")
    while talk and talk[0][0] in text[seen:]:
        expected, typed = talk.pop(0)
        seen = text.index(expected, seen) + len(expected)
        os.write(terminal, typed.encode())
if talk:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
json.dump({"text": text, "code": os.waitstatus_to_exitcode(status), "unsaid": len(talk)}, sys.stdout)
