const seconds = { s: 1, m: 60, h: 3600 };

/** The seconds of a text such as `1h30m`. */
export function parseDuration(text) {
	const [, amount, unit] = /(\d+)([smh])/.exec(text);
	return Number(amount) * seconds[unit];
}
