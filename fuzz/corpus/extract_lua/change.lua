local M = {}
-- finds a row
function M.find(db, id)
  if id == nil or not db then return nil end
  return db:query("select " .. id)
end
M.open = function(path) local f = io.open(path) return f end
local function each(t, f) for k, v in pairs(t) do f(k, v) end end
return M
=======
local M = {}
-- finds a row
function M.find(db, id)
  if id == nil or not db then return nil end
  return db:query([[select ?]], tonumber(id))
end
M.open = function(path) local f = io.open(path) return f end
local function each(t, f) for k, v in pairs(t) do f(k, v) end end
return M
