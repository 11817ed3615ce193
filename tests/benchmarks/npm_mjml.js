// npm's mjml, loaded once: each line in is an MJML document as JSON; each line out, the milliseconds that it took.
const { createInterface } = require("node:readline");
const mjml = require("mjml");

async function answer(lines) {
  for await (const line of lines) {
    const document = JSON.parse(line);
    const began = performance.now();
    const { errors, html } = await mjml(document);
    const took = performance.now() - began;
    console.log(JSON.stringify({ took, size: html.length, errors: errors.map((error) => error.formattedMessage) }));
  }
}

answer(createInterface({ input: process.stdin }));
