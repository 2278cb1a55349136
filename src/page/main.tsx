/** Starts the page: it talks to the server that it came from, with the token of its own address. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ErrorBoundary } from "./parts/error-boundary.tsx";
import "@xyflow/react/dist/base.css";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/controls.css";
import "./styles/diagram.css";
import "./styles/lists.css";
import "./styles/tree.css";

const place = document.getElementById("page");
if (place === null) throw new Error("The page has no place for its content.");
const address = new URL("socket", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = location.search;
address.hash = "";
createRoot(place).render(
	<StrictMode>
		<ErrorBoundary>
			<App address={address.href} />
		</ErrorBoundary>
	</StrictMode>,
);
