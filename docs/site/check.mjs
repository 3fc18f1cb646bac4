// Checks a built version of the site, and writes what leads to it.
//
//   node check.mjs FOLDER VERSION BASE
//
// Every link and anchor of every page leads somewhere, and no page, style or script loads anything from elsewhere.
// VitePress checks links of Markdown by itself; this sees what a browser would.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const [folder, version, base] = process.argv.slice(2)
const prefix = `${base}${version}/`

function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  )
}
const top = join(folder, version)
const files = new Set(filesBelow(top).map((path) => path.slice(top.length + 1)))
const html = new Map([...files].filter((path) => path.endsWith('.html')).map((path) => [path, readFileSync(join(top, path), 'utf8')]))
const ids = new Map([...html].map(([path, text]) => [path, new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id))]))
const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')

const faults = []
for (const [path, text] of html) {
  // What a browser loads by itself, as opposed to where a reader may go.
  for (const [tag, name] of text.matchAll(/<(script|link|img|iframe|source|video|audio|object|embed)\b[^>]*>/g)) {
    for (const [, address] of tag.matchAll(/\s(?:src|href|srcset|data)="([^"]*)"/g))
      if (/^([a-z]+:)?\/\//.test(address)) faults.push(`${path}: <${name}> loads ${address}`)
  }
  for (const [, raw] of text.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) {
    const href = plain(raw)
    if (/^[a-z]+:/.test(href)) continue
    const [address, anchor] = href.split('#')
    const inside = address === '' ? path : address.startsWith('/') ? address.slice(prefix.length) : posix.join(posix.dirname(path), address)
    if (address.startsWith('/') && !address.startsWith(prefix)) faults.push(`${path}: ${href} leads out of the site`)
    const target = [inside, `${inside}.html`, posix.join(inside, 'index.html')].find((one) => html.has(one))
    if (!target && !files.has(inside)) faults.push(`${path}: ${href} leads nowhere`)
    if (target && anchor && !ids.get(target).has(decodeURIComponent(anchor))) faults.push(`${path}: ${href}: no such heading`)
  }
}
for (const path of files) {
  if (!path.endsWith('.css')) continue
  for (const [, address] of readFileSync(join(top, path), 'utf8').matchAll(/(?:url\(|@import\s+)["']?((?:[a-z]+:)?\/\/[^"')]*)/g))
    faults.push(`${path}: loads ${address}`)
}
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}

// Newest first, by number.
const versions = readdirSync(folder).filter((name) => /^\d+(\.\d+)*$/.test(name))
versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
writeFileSync(join(folder, 'versions.json'), JSON.stringify(versions) + '\n')
writeFileSync(
  join(folder, 'index.html'),
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Plumbline</title><link rel="icon" href="data:,">` +
    `<meta http-equiv="refresh" content="0; url=${versions[0]}/"><a href="${versions[0]}/">Plumbline ${versions[0]}</a></html>\n`,
)
console.log(`${html.size} pages of ${version} in ${folder}`)
