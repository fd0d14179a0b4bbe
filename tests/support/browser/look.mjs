// Looks at HTML reports as a browser does: accessibility by axe in both colour schemes and at two widths, and what the
// page's policy keeps from happening. Usage: node look.mjs PACKAGES BROWSER PAGE…; prints what is wrong as JSON.
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [packages, executablePath, ...pages] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const wrong = [];
let looked = 0;

async function open(page, options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const address = pathToFileURL(page).href;
  const requests = [];
  tab.on("request", (request) => {
    // The page's own icon is data, and no request to anyone.
    if (request.url() !== address && !request.url().startsWith("data:")) requests.push(request.url());
  });
  await tab.goto(address);
  return { context, tab, requests };
}

for (const page of pages) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      const say = (what) => wrong.push(`${page} ${colorScheme} ${width}: ${what}`);
      const { context, tab } = await open(page, {
        bypassCSP: true,
        colorScheme,
        viewport: { width, height: 900 },
      });
      const wide = () => tab.evaluate(() => document.documentElement.scrollWidth);
      if ((await wide()) > width) say(`the page is ${await wide()} wide`);
      await tab.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      if ((await wide()) > width) say(`unfolded, the page is ${await wide()} wide`);
      await tab.addScriptTag({ content: axe });
      const result = await tab.evaluate(() =>
        axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
      );
      if (result.passes.length < 20) say(`axe looked at ${result.passes.length} rules only`);
      for (const violation of result.violations) {
        const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html} (${node.failureSummary})`);
        say(`${violation.id}: ${violation.help}: ${nodes.join("; ")}`);
      }
      looked += 1;
      await context.close();
    }
  }

  // As it is delivered: the style counts, scripts do not, and nothing is asked of anyone.
  const say = (what) => wrong.push(`${page} policy: ${what}`);
  const { context, tab, requests } = await open(page, { colorScheme: "light" });
  const margin = await tab.evaluate(() => getComputedStyle(document.body).maxWidth);
  if (margin === "none") say("the style is refused by the page's own policy");
  const ran = await tab.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    const handler = document.createElement("img");
    handler.setAttribute("onerror", "window.injected = true");
    handler.src = "https://evil.invalid/pixel.png";
    document.body.append(handler);
    const style = document.createElement("style");
    style.textContent = "body { max-width: 1px !important }";
    document.head.append(style);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return [window.injected === true, getComputedStyle(document.body).maxWidth];
  });
  if (ran[0]) say("an inline script ran");
  if (ran[1] !== margin) say("a foreign style was taken");
  // The browser reports the refused image as a request that it never sent.
  const sent = requests.filter((url) => !url.startsWith("https://evil.invalid/"));
  if (sent.length > 0) say(`it asked for ${sent.join(", ")}`);
  await context.close();

  // On paper: the sheets of a print.
  const paper = await open(page, { colorScheme: "dark" });
  for (const format of ["A4", "Letter"]) {
    const pdf = await paper.tab.pdf({ format });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
    console.log(`sheets ${page} ${format} ${sheets}`);
  }
  await paper.context.close();
}
await browser.close();
console.log(`looked ${looked}`);
for (const one of wrong) console.log(`wrong ${one}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
