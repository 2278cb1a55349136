import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		exclude: ["test/bench/**", "**/node_modules/**"],
		globalSetup: ["test/build-package.ts"],
		testTimeout: 30_000,
		// By default one core is left idle, which doubles the time on a machine of two.
		maxWorkers: "100%",
	},
});
