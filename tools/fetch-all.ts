/**
 * `npm run fetch-all`: fetches and builds everything that a first start would, so that the folder can be carried to a machine
 * without a network.
 */
import { join } from "node:path";
import { installDatabases } from "../src/enrich/geo/install-pack.js";
import { ensureLab } from "../src/notebook/server/index.js";

const root = join(import.meta.dirname, "..");
const dir = await ensureLab({
  labDir: join(root, "lab"),
  onProgress: ({ label }) => console.log(label),
});
await installDatabases(root, console.log);
console.log(`JupyterLab is in ${dir}`);
