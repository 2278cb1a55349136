/** `flatstate/testing`: what tests of machines need: scripted agents, the embedded model server, files in memory. */
export * from "../adapters/mock-model/index.ts";
export * from "../adapters/scripted/index.ts";
export { memoryLoader } from "../compiler/document/memory-loader.ts";
