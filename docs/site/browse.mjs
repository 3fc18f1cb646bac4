// Tries a built site in a browser, as a reader would.
//
//   node browse.mjs FOLDER VERSION BROWSER
//
// Search finds a page, dark mode stays, a phone needs no scrolling to the side, axe-core has nothing serious to say, the choice
// of versions is there, and nothing is asked of any other machine.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { createRequire } from 'node:module'

const [folder, version, browserPath] = process.argv.slice(2)
const tools = createRequire(join(process.env.SITE_TOOLS, 'package.json'))
const { default: puppeteer } = await import(tools.resolve('puppeteer-core'))
const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8')

// A server of plain files, as any.
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }
const server = createServer((request, answer) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
  let file = join(folder, path)
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html')
  if (!existsSync(file)) return answer.writeHead(404).end()
  answer.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file))
})
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const origin = `http://127.0.0.1:${server.address().port}`
const site = `${origin}/${version}/`

const browser = await puppeteer.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'], protocolTimeout: 300000 })
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(120000)
  const elsewhere = []
  const failed = []
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) elsewhere.push(request.url())
  })
  page.on('response', (response) => {
    if (response.status() >= 400) failed.push(response.url())
  })
  page.on('pageerror', (error) => failed.push(String(error)))

  // The folder leads to its newest version, and the choice of versions knows it.
  await page.goto(`${origin}/`)
  await page.waitForFunction((wanted) => location.pathname === wanted, {}, `/${version}/`)
  await page.waitForSelector('.versions select')
  assert.equal(await page.$eval('.versions select', (select) => select.value), version)

  // Search, by the keyboard alone.
  await page.keyboard.down('Control')
  await page.keyboard.press('k')
  await page.keyboard.up('Control')
  await page.waitForSelector('#localsearch-input')
  await page.type('#localsearch-input', 'orphan')
  await page.waitForSelector('#localsearch-list a')
  const found = await page.$$eval('#localsearch-list a', (links) => links.map((link) => link.getAttribute('href')))
  assert.ok(found.some((href) => href.includes('guide/orphans-and-moves')), `search finds ${found}`)
  await page.keyboard.press('Escape')

  // Dark and light, and that the choice stays.
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.goto(`${site}guide/undo.html`)
  const before = await background()
  await page.$eval('.VPSwitchAppearance', (button) => button.click())
  await page.waitForFunction((old) => getComputedStyle(document.body).backgroundColor !== old, {}, before)
  const after = await background()
  await page.reload()
  assert.equal(await background(), after)

  // As axe-core sees some pages, in both colours.
  const pages = ['', 'guide/getting-started.html', 'guide/language.html', 'reference/kinds/file.html', 'comparison.html', 'architecture.html']
  for (const dark of [false, true]) {
    for (const path of pages) {
      await page.evaluateOnNewDocument((mode) => localStorage.setItem('vitepress-theme-appearance', mode), dark ? 'dark' : 'light')
      await page.goto(site + path)
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }))
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      const told = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 5).map(({ html, failureSummary }) => `${html}\n  ${failureSummary}`).join('\n')}`)
      assert.deepEqual(told, [], `${path || 'front'}, ${dark ? 'dark' : 'light'}:\n${told.join('\n')}`)
    }
  }

  // A phone.
  await page.setViewport({ width: 375, height: 740, isMobile: true, hasTouch: true })
  for (const path of [...pages, 'guide/from-ansible.html', 'reference/coverage.html', 'evidence.html', 'glossary.html']) {
    await page.goto(site + path)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 375, `${path || 'front'} is ${width} wide on a phone`)
  }

  assert.deepEqual(elsewhere, [])
  assert.deepEqual(failed, [])
  console.log('The site works in a browser.')
} finally {
  await browser.close()
  server.close()
}
