/** The documentation as a site: `npm install && npm run build` in this folder. */
import { defineConfig } from "vitepress";

const pages = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries).map(([link, text]) => ({ link: `/${link}`, text }));

export default defineConfig({
  title: "Huntbook",
  description: "Threat hunting in TypeScript notebooks: KQL on your own logs and on Microsoft Sentinel",
  cleanUrls: true,
  // Notes for the repository: they link to files that are not pages.
  srcExclude: ["decisions/**", "dependencies.md"],
  ignoreDeadLinks: [/api\//, /decisions\//, /dependencies/],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: [
      {
        text: "Start",
        items: pages({
          "getting-started": "Getting started",
          "bring-your-logs": "Bring your logs",
        }),
      },
      {
        text: "Hunt",
        items: pages({
          queries: "Queries",
          kql: "KQL",
          frames: "Frames",
          observables: "Observables and Base64",
          enrichment: "Threat intelligence and places",
          notebooks: "Notebooks",
          views: "Views",
          widgets: "Widgets",
          jupyter: "Jupyter",
          vscode: "VS Code",
          "azure-ml": "Azure Machine Learning",
          lab: "The Lab",
          completeness: "Completeness",
        }),
      },
      {
        text: "Set up",
        items: pages({
          workspaces: "Local workspaces",
          configuration: "Configuration",
          cli: "Command line",
        }),
      },
      {
        text: "Reference",
        items: pages({
          "kql-support": "What of KQL runs",
          "kql-lint": "KQL lints",
          asim: "Normalised events (ASIM)",
          "kql-differences": "Differences from Kusto",
          errors: "Error codes",
          security: "Security",
          performance: "Performance",
          "design-views": "Design of the views",
        }),
      },
    ],
  },
});
