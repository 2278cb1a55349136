/** A field that filters a list while one types. Escape empties it. */
import { SearchIcon } from "./icons.tsx";

export interface SearchFieldProps {
	readonly label: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
}

export function SearchField({ label, value, onChange }: SearchFieldProps) {
	return (
		<label className="search">
			<SearchIcon />
			<span className="hidden">{label}</span>
			<input
				type="search"
				placeholder="Filter"
				value={value}
				spellCheck={false}
				autoComplete="off"
				onChange={(event) => onChange(event.target.value)}
				onKeyDown={(event) => {
					if (event.key === "Escape") onChange("");
				}}
			/>
		</label>
	);
}
