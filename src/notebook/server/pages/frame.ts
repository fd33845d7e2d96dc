/** The frame of the server's own pages (sign-in, gallery). */
import type { Html } from "../../../view/index.js";
import { html, trustedHtml } from "../../../view/index.js";

const style = `
:root{color-scheme:light dark;--fg:#1f2430;--faint:#626a78;--line:#d9dde4;--bg:#f3f5f8;--card:#fff;--accent:#0b62c4;--on:#fff;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--fg:#e3e6ec;--faint:#9aa3b2;--line:#3a4150;--bg:#171a21;--card:#20242d;--accent:#6cb2ff;--on:#10131a;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header{display:flex;align-items:center;gap:12px;padding:18px 32px;border-bottom:1px solid var(--line);background:var(--card)}
header a{color:inherit;text-decoration:none}
header strong{font-size:17px}header nav{margin-left:auto;display:flex;gap:20px}header nav a{color:var(--accent)}
main{max-width:1040px;margin:0 auto;padding:32px}
h1{font-size:26px;line-height:1.2;margin:0 0 6px}h2{font-size:17px;margin:0}p{margin:6px 0}
.faint{color:var(--faint)}.bad{color:var(--bad)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:18px;margin-top:24px}
.card{display:flex;flex-direction:column;gap:8px;padding:20px;background:var(--card);border:1px solid var(--line);border-radius:10px}
.card form{margin-top:auto;padding-top:10px;display:flex;flex-direction:column;gap:6px}
.row{display:flex;flex-wrap:wrap;gap:8px}.card .row input{flex:1 1 100%}
.tags{display:flex;flex-wrap:wrap;align-items:center;gap:6px;font-size:12px;color:var(--faint)}.tags span{border:1px solid var(--line);border-radius:9px;padding:0 8px;font-size:12px;color:var(--faint)}
label{font-size:13px;color:var(--faint)}
input{flex:1;min-width:0;font:inherit;padding:7px 10px;border:1px solid var(--line);border-radius:6px;background:var(--bg);color:inherit}
button{font:inherit;font-weight:600;padding:7px 14px;border:0;border-radius:6px;background:var(--accent);color:var(--on);cursor:pointer;white-space:nowrap}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{width:100%;border-collapse:collapse;margin-top:10px;background:var(--card);border:1px solid var(--line);border-radius:10px}
td{padding:9px 14px;border-top:1px solid var(--line)}tr:first-child td{border-top:0}td:last-child{text-align:right;color:var(--faint)}
td a{color:var(--accent)}
section{margin-top:36px}
`;

export function pageFrame(title: string, body: Html, nav: Html = html``): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>${trustedHtml(style)}</style>
</head>
<body>
<header><img src="/favicon.svg" alt="" width="26" height="26"><a href="/"><strong>Huntbook</strong></a><nav>${nav}</nav></header>
<main>
${body}
</main>
</body>
</html>
`;
}
