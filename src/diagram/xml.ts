/** XML text from trusted names and untrusted values: everything that a value could break out with is escaped. */

const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
	"\t": "&#9;",
	"\n": "&#10;",
	"\r": "&#13;",
};

/** What XML 1.0 cannot hold, escaped or not. */
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** What is legal, but would steer a terminal or turn the direction of what follows in a viewer of the file. */
const steering = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** For attributes and for text; a program that reads the XML gets the value as it was. */
export function escapeXml(text: string): string {
	return text
		.replace(impossible, "\ufffd")
		.replace(/[&<>"'\t\n\r]/g, (character) => entities[character] ?? character)
		.replace(steering, (character) => `&#${character.charCodeAt(0)};`);
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `<name a="1">content</name>`; numbers have at most one digit behind the point, what is undefined is left out. */
export function element(name: string, attributes: Attributes, content = ""): string {
	const written = Object.entries(attributes).flatMap(([key, value]) =>
		value === undefined ? [] : [` ${key}="${typeof value === "number" ? numberText(value) : escapeXml(value)}"`],
	);
	return content === "" ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${content}</${name}>`;
}

export function numberText(value: number): string {
	return String(Math.round(value * 10) / 10);
}
