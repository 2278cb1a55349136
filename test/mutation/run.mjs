/** `npm run mutation [WORD…]`: prints how many mutants the scenarios of the example machines notice (main.ts). */
import { createServer } from "vite";

// Vite loads the TypeScript of the sources and of the tests as it is.
const vite = await createServer({
	configFile: false,
	appType: "custom",
	logLevel: "error",
	server: { middlewareMode: true, watch: null, ws: false },
	optimizeDeps: { noDiscovery: true },
});
try {
	const { main } = await vite.ssrLoadModule("/test/mutation/main.ts");
	process.exitCode = await main(process.argv.slice(2));
} finally {
	await vite.close();
}
