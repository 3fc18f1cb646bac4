// Lays out the pages of a source tree for VitePress, and makes the navigation of them.
//
//   node stage.mjs ROOT PAGES NAVIGATION
//
// Pages keep their place below docs/; README.md of a folder becomes its index. What pages link to and is no page, such as a
// schema or an example, becomes a page that shows it. docs/README.md is the front page, and its headings and links are the
// navigation; pages that it does not name stand where their folder says (kPlaces).
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, posix } from 'node:path'

const [root, pagesFolder, navigationFile] = process.argv.slice(2)

// Folders whose pages the index names as a whole, with the heading and the title under which they stand.
const kPlaces = [
  ['docs/reference/kinds/', 'Reference', 'Kinds'],
  ['docs/reference/', 'Reference', 'More'],
  ['docs/formats/', 'Reference', 'Formats'],
  ['docs/modules/', 'Reference', 'Modules'],
  ['docs/adr/', 'Explanation', 'Decisions'],
]
// Markdown below docs/ that is no page of the site: templates for elsewhere, and what belongs to programs there.
const kNoPages = ['docs/project/templates/', 'docs/editors/', 'docs/site/', 'docs/coverage/']
const kShownBytes = 64 * 1024

const read = (path) => readFileSync(join(root, path), 'utf8')

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules') // .plumb holds a key
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return filesBelow(path)
      return entry.isFile() ? [path] : []
    })
}

// Where a file of the tree lies on the site: docs/guide/undo.md -> guide/undo.md.
function placeOf(path) {
  const inside = path.startsWith('docs/') ? path.slice('docs/'.length) : path === 'README.md' ? 'overview.md' : path.toLowerCase()
  return inside.replace(/(^|\/)README\.md$/i, '$1index.md')
}

const pages = new Map() // path in the tree -> text
for (const path of ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs')]) {
  if (!path.endsWith('.md') || kNoPages.some((folder) => path.startsWith(folder))) continue
  pages.set(path, read(path).replace(/<!--[\s\S]*?-->\n*/g, ''))
}
const titleOf = (text) => (/^# (.*)$/m.exec(text)?.[1] ?? '').replaceAll('`', '')
for (const folder of ['docs/adr', 'docs/formats']) {
  if (pages.has(`${folder}/README.md`)) continue
  const title = kPlaces.find(([place]) => place === `${folder}/`)[2]
  const inside = [...pages.keys()].filter((path) => posix.dirname(path) === folder)
  const list = inside.map((path) => `- [${titleOf(pages.get(path))}](${posix.basename(path)})\n`).join('')
  pages.set(`${folder}/README.md`, `# ${title}\n\n${list}`)
}

// Files and folders of the tree as pages that show them.
const shown = new Map()
function show(path) {
  const place = `source/${path.replaceAll('.', '-')}.md`
  if (shown.has(place)) return place
  const block = (file) => {
    const text = read(file)
    const cut = text.length > kShownBytes
    const language = { '.yaml': 'yaml', '.json': 'json', '.py': 'python', '.sh': 'sh' }[extname(file)] ?? 'text'
    return `\`\`\`\`\`${language}\n${cut ? text.slice(0, kShownBytes) + '\n…\n' : text}\n\`\`\`\`\`\n`
  }
  const full = join(root, path)
  const body = statSync(full).isDirectory()
    ? filesBelow(path).map((file) => `## ${file.slice(path.length + 1)}\n\n${block(file)}`).join('\n')
    : block(path)
  shown.set(place, `---\nsearch: false\n---\n\n# ${path}\n\n${body}`)
  return place
}

function rewriteTarget(target, page) {
  if (/^([a-z]+:|#)/.test(target)) return target
  const [file, anchor] = target.split('#')
  const path = posix.normalize(posix.join(posix.dirname(page), file)).replace(/\/$/, '')
  if (!existsSync(join(root, path))) throw new Error(`${page}: ${target} leads nowhere`)
  const place = pages.has(path) ? placeOf(path) : pages.has(`${path}/README.md`) ? placeOf(`${path}/README.md`) : show(path)
  return `/${place}${anchor ? '#' + anchor : ''}`
}

// Links outside of code. What is between backquotes may go over the end of a line, and be the words of a link.
function rewriteLinks(text, page) {
  let fence = ''
  let prose = ''
  let out = ''
  const flush = () => {
    const parts = prose.split(/(`+[^`]+`+)/)
    out += parts
      .map((part, index) => (index % 2 ? part : part.replace(/\]\(([^)\s]+)\)/g, (_, target) => `](${rewriteTarget(target, page)})`)))
      .join('')
    prose = ''
  }
  for (const line of text.split(/(?<=\n)/)) {
    const mark = /^\s*(`{3,})/.exec(line)?.[1] ?? ''
    const turns = fence ? mark.length >= fence.length : mark !== ''
    if (!turns && !fence) {
      prose += line
      continue
    }
    if (turns) fence = fence ? '' : mark
    flush()
    out += line
  }
  flush()
  return out
}

function write(place, text) {
  const path = join(pagesFolder, place)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
for (const [path, text] of pages) write(placeOf(path), rewriteLinks(text, path))
for (const [place, text] of shown) write(place, text)

// The navigation: `## Heading` of the index is an entry above, `### Heading` below it a group, a link an item.
const linkOf = (place) => '/' + place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')
const sections = []
const named = new Set(['docs/README.md', 'README.md'])
let group = null
for (const line of read('docs/README.md').split('\n')) {
  const [, depth, heading] = /^(###?) (.*)$/.exec(line) ?? []
  if (depth === '##') sections.push((group = { text: heading, items: [] }))
  if (depth === '###') sections.at(-1).items.push((group = { text: heading, collapsed: true, items: [] }))
  if (!line.startsWith('- ') || !group) continue
  for (const [, words, target] of line.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)) {
    const path = posix.normalize(posix.join('docs', target)).replace(/\/$/, '')
    const page = pages.has(path) ? path : `${path}/README.md`
    if (!pages.has(page) || named.has(page)) continue
    named.add(page)
    group.items.push({ text: words[0].toUpperCase() + words.slice(1).replaceAll('`', ''), link: linkOf(placeOf(page)) })
  }
}
for (const [path, text] of pages) {
  if (named.has(path) || path.startsWith('docs/examples/')) continue
  const place = kPlaces.find(([folder]) => path.startsWith(folder))
  const section = place && sections.find((one) => one.text === place[1])
  if (!section) throw new Error(`${path}: docs/README.md does not name it, and its folder has no place in the navigation`)
  let inside = section.items.find((item) => item.text === place[2] && item.items)
  if (!inside) section.items.push((inside = { text: place[2], collapsed: true, items: [] }))
  inside.items.push({ text: titleOf(text), link: linkOf(placeOf(path)) })
}
// A group's heading leads to its first page: VitePress makes others a button with a button inside.
const first = (items) => items[0].link ?? first(items[0].items)
for (const { items } of sections) for (const item of items) if (item.items) item.link = first(item.items)
writeFileSync(
  navigationFile,
  JSON.stringify({ nav: sections.map(({ text, items }) => ({ text, link: first(items) })), sidebar: sections }, null, 1),
)
