// Tries the page of a plan in a browser, as a reviewer would: plan_page.mjs PAGE BROWSER
//
// Differences stand side by side and one below the other, with words marked; the keyboard reaches the search; a phone needs no
// scrolling to the side; axe-core finds nothing, light and dark; nothing is asked of anybody.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [file, browserPath] = process.argv.slice(2)
const tools = createRequire(join(process.env.SITE_TOOLS, 'package.json'))
const { default: puppeteer } = await import(tools.resolve('puppeteer-core'))
const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8')

const browser = await puppeteer.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'], protocolTimeout: 120000 })
try {
  const page = await browser.newPage()
  const faults = []
  const asked = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => asked.push(request.url()))
  await page.setBypassCSP(true) // for axe-core alone, which is put into the page
  const judged = async (what) => {
    await page.evaluate(axe)
    const found = await page.evaluate(() => globalThis.axe.run())
    assert.deepEqual(found.violations.map((one) => `${what}: ${one.id} ${one.nodes.map((node) => node.target).join(' ')}`), [])
  }
  const address = pathToFileURL(resolve(file)).href

  await page.setViewport({ width: 1280, height: 900 })
  await page.goto(address)
  await page.click('#unfold')
  await page.waitForSelector('td.gone mark')
  const cells = (name) => page.$$eval(`td.${name}`, (all) => all.map((cell) => cell.textContent))
  const marks = (name) => page.$$eval(`.${name} mark`, (all) => all.map((mark) => mark.textContent))
  assert.deepEqual(await cells('gone'), ['worker_processes auto;', 'listen 80 default_server;'])
  assert.deepEqual(await cells('add'), ['worker_processes 4;', 'listen 8080 default_server reuseport;', 'keepalive 60;'])
  assert.deepEqual(await marks('gone'), ['auto', '80'])
  assert.deepEqual(await marks('add'), ['4', '8080', ' reuseport'])
  assert.equal((await page.$$('table')).length, 1, 'what is new altogether has one side')
  await judged('side by side')
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
  await judged('dark')

  await page.click('#sides')
  await page.waitForSelector('pre .gone mark')
  assert.equal((await page.$$('table')).length, 0)
  assert.equal(await page.$eval('pre .gone', (line) => line.textContent), '-worker_processes auto;')
  await judged('one below the other')

  await page.keyboard.press('Escape')
  await page.evaluate(() => document.activeElement.blur())
  await page.keyboard.press('/')
  await page.keyboard.type('motd')
  await page.waitForFunction(() => document.getElementById('count').textContent.startsWith('1 action'))
  assert.equal(await page.$eval('#search', (field) => field.value), 'motd')

  await page.setViewport({ width: 375, height: 700, isMobile: true })
  await page.goto('about:blank')
  await page.goto(address)
  await page.click('#unfold')
  await page.waitForSelector('pre .gone')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(wide <= 375, `${wide} pixels on a phone`)
  await judged('phone')

  assert.deepEqual(faults, [])
  assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && url !== 'about:blank'), [])
  console.log('The page works in a browser.')
} finally {
  await browser.close()
}
