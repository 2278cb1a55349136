/** Lua scripts: each runs on the server as a whole, with nothing in between. */
import { createHash } from "node:crypto";

export interface Script {
	readonly text: string;
	/** By which the server knows a text that it has run before. */
	readonly sha: string;
}

/**
 * A script of this text, with what all scripts share before it. Texts of users are never decoded in Lua: numbers and empty
 * lists would not come back as they were.
 */
export function script(text: string): Script {
	const whole = `${shared}\n${text}`;
	return { text: whole, sha: createHash("sha1").update(whole).digest("hex") };
}

/**
 * `p` is the store's prefix. `clock` gives milliseconds: what the caller says, else the server's own time. `text` keeps
 * all digits of a number.
 */
const shared = `
local p = KEYS[1] .. ':'
local call = redis.call
local function clock(given)
	if given ~= '' then return tonumber(given) end
	local time = call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function text(number) return string.format('%.0f', number) end
local function blob_of(key) return p .. 'checkpoints::' .. p .. 'checkpoints:' .. key end
local function publish(channel, message) call('PUBLISH', p .. channel, message) end
`;
