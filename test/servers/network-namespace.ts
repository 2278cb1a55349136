/** A network namespace of Linux for one test: processes in it reach what is outside by cables, which can be cut. */
import { spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface NetworkNamespace extends AsyncDisposable {
	/** What a command line begins with to run in it. */
	readonly command: readonly string[];
	/** Lays a cable to a server out here. @param address with a host and a port */
	cable(address: string): Promise<Cable>;
}

export interface Cable {
	/** The same address as it is in the namespace. */
	readonly address: string;
	/** Nothing gets through, and nobody is told. */
	cut(): void;
	mend(): void;
}

/** @returns why there can be none here; undefined where there can */
export function whyNoNamespace(): string | undefined {
	const name = `flatstate-${randomBytes(4).toString("hex")}`;
	const made = spawnSync("ip", ["netns", "add", name]);
	if (made.status !== 0) return "there is no `ip netns`: install iproute2 and be root";
	ip("netns", "del", name);
	return undefined;
}

export function openNamespace(): NetworkNamespace {
	const id = randomBytes(4).toString("hex");
	const name = `flatstate-${id}`;
	const closings: (() => Promise<void>)[] = [];
	ip("netns", "add", name);
	ip("-n", name, "link", "set", "lo", "up");
	return {
		command: ["ip", "netns", "exec", name],
		async cable(address) {
			const { link, host } = layCable(name, `fs${id}${closings.length}`);
			const { port, close } = await forward(host, new URL(address));
			closings.push(close);
			const inside = new URL(address);
			inside.host = `${host}:${port}`;
			return {
				address: inside.href,
				cut: () => ip("link", "set", link, "down"),
				mend: () => ip("link", "set", link, "up"),
			};
		},
		async [Symbol.asyncDispose]() {
			for (const close of closings) await close();
			// The cables go with it.
			ip("netns", "del", name);
		},
	};
}

/** A pair of interfaces in a network of its own. @returns the name out here, and the address */
function layCable(namespace: string, link: string): { readonly link: string; readonly host: string } {
	const inner = `${link}i`;
	// Four addresses of 10.213.0.0/16, of which the middle two are for use.
	const start = 4 * randomInt(2 ** 14);
	const network = `10.213.${start >> 8}`;
	const host = `${network}.${(start & 255) + 1}`;
	ip("link", "add", link, "type", "veth", "peer", "name", inner, "netns", namespace);
	ip("address", "add", `${host}/30`, "dev", link);
	ip("link", "set", link, "up");
	ip("-n", namespace, "address", "add", `${network}.${(start & 255) + 2}/30`, "dev", inner);
	ip("-n", namespace, "link", "set", inner, "up");
	return { link, host };
}

/** Servers of tests listen on 127.0.0.1 only: passes on what comes to another address. */
async function forward(host: string, { hostname, port }: URL) {
	const sockets = new Set<Socket>();
	const server = createServer((from) => {
		const to = connect(Number(port), hostname);
		for (const [socket, other] of [
			[from, to],
			[to, from],
		] as const) {
			sockets.add(socket);
			socket.on("error", () => other.destroy());
			socket.on("close", () => {
				sockets.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	server.listen(0, host);
	await once(server, "listening");
	const address = server.address();
	const close = async () => {
		for (const socket of sockets) socket.destroy();
		server.close();
		await once(server, "close");
	};
	return { port: typeof address === "object" && address ? address.port : 0, close };
}

function ip(...args: readonly string[]): void {
	const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
	if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
