-- An editor's user at work: Neovim with its own language client, on the project in the current folder.
--
--   nvim --headless -u NONE -i NONE -c 'luafile lsp_editor.lua'     with $PLUMB, the program
local client, ended

local function fail(text)
  io.stderr:write('FAILED: ' .. text .. '\n')
  vim.cmd('cquit 1')
end

local function expect(condition, text)
  if not condition then fail(text) end
end

local function eventually(condition, text)
  expect(vim.wait(20000, condition, 10), text)
end

local function open(name)
  vim.cmd('edit ' .. name)
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, client)
  return buffer
end

local function text_of(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n'
end

local function messages(buffer)
  local all = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do table.insert(all, (one.lnum + 1) .. ': ' .. one.message) end
  return table.concat(all, '\n')
end

-- Where `pattern` begins, `further` characters behind that.
local function place(buffer, pattern, further)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local at = line:find(pattern, 1, true)
    if at then return {line = number - 1, character = at - 1 + (further or 0)} end
  end
  fail('nothing holds ' .. pattern)
end

local function ask(buffer, method, more)
  local params = vim.tbl_extend('force', {textDocument = vim.lsp.util.make_text_document_params(buffer)}, more or {})
  local answers, problem = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  expect(answers, method .. ': ' .. tostring(problem))
  local answer = answers[client]
  expect(answer and not answer.error, method .. ': ' .. vim.inspect(answer))
  return answer.result
end

local function labels(result)
  local all = {}
  for _, item in ipairs(result.items) do all[item.label] = true end
  return all
end

client = vim.lsp.start_client({
  cmd = {os.getenv('PLUMB'), 'lsp'},
  root_dir = vim.fn.getcwd(),
  on_exit = function(code) ended = code end,
})
local main = open('plumb.yaml')

-- Findings, as they come and go with the text that is on no disk.
eventually(function() return messages(main):find('unknown key `mdoe`', 1, true) end, 'no finding: ' .. messages(main))
local fixes = ask(main, 'textDocument/codeAction',
  {range = {start = place(main, 'mdoe'), ['end'] = place(main, 'mdoe', 4)}, context = {diagnostics = {}}})
expect(#fixes == 1 and fixes[1].title == 'Replace `mdoe` by `mode`', vim.inspect(fixes))
vim.lsp.util.apply_workspace_edit(fixes[1].edit, 'utf-16')
eventually(function() return #vim.diagnostic.get(main) == 0 end, 'the finding stays: ' .. messages(main))

-- What could stand there, typed as a user does.
vim.api.nvim_buf_set_lines(main, -1, -1, false, {'  - service: x', '    restart_on: ["file:"]', '    st'})
local offered = labels(ask(main, 'textDocument/completion', {position = place(main, '    st', 6)}))
expect(offered.state, 'no state is offered')
offered = labels(ask(main, 'textDocument/completion', {position = place(main, '["file:"]', 7)}))
expect(offered['file:/etc/plumb-lsp-motd'], 'no address is offered: ' .. vim.inspect(offered))
vim.api.nvim_buf_set_lines(main, -4, -1, false, {})

-- What it is, where it comes from, and another name for it.
local input = place(main, 'inputs.greeting', 9)
expect(ask(main, 'textDocument/hover', {position = input}).contents.value:find('What is said.', 1, true), 'no hover')
local declared = ask(main, 'textDocument/definition', {position = input})
expect(#declared == 1 and declared[1].range.start.line == place(main, '  greeting:').line, vim.inspect(declared))
local hosts = open('hosts.yaml')
vim.cmd('buffer ' .. main)
local edit = ask(main, 'textDocument/rename', {position = input, newName = 'words'})
vim.lsp.util.apply_workspace_edit(edit, 'utf-16')
expect(text_of(main):find('é ${inputs.words}', 1, true), text_of(main))
expect(text_of(hosts):find('inputs: {words: hello}', 1, true), text_of(hosts))
eventually(function() return #vim.diagnostic.get(main) + #vim.diagnostic.get(hosts) == 0 end,
  'after renaming: ' .. messages(main) .. messages(hosts))

-- One layout.
vim.api.nvim_buf_set_lines(hosts, 0, 1, false, {'plumb:    v1'})
vim.lsp.util.apply_text_edits(ask(hosts, 'textDocument/formatting', {options = {tabSize = 2, insertSpaces = true}}), hosts, 'utf-16')
expect(vim.api.nvim_buf_get_lines(hosts, 0, 1, false)[1] == 'plumb: v1', text_of(hosts))

-- What a plan from the snapshot would do.
local lenses = ask(main, 'textDocument/codeLens')
local plan = {}
for _, lens in ipairs(lenses) do table.insert(plan, lens.range.start.line .. ' ' .. lens.command.title) end
expect(table.concat(plan, '\n'):find('plan: create on here', 1, true), 'no plan: ' .. vim.inspect(lenses))

vim.lsp.stop_client(client)
eventually(function() return ended end, 'it does not end')
expect(ended == 0, 'it ends with ' .. tostring(ended))
print('ok')
vim.cmd('qall!')
