/** What the kernel says about itself. */
import type { KernelInfoReply } from "../protocol/message.js";
import { protocolVersion } from "../protocol/message.js";

export function describeKernel(version: string): KernelInfoReply {
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "huntbook",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: `Node ${process.versions.node}`,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `Huntbook ${version}: TypeScript and KQL on Node ${process.versions.node}. %lsmagic lists the magics.`,
    help_links: [{ text: "Kusto Query Language", url: "https://learn.microsoft.com/kusto/query/" }],
    supported_features: [],
    debugger: false,
  };
}
