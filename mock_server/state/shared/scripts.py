"""What Redis does in one step, in Lua.

Rules: all keys of a session begin with `PREFIXs:NAME:`. `c` has the controls and their version, and
the version of the state, which is that of the last change of any value. `v` has the values by key,
`o` these keys in the order of their last change (the score is the version of the value), `j` the
journal, `d` the details of its last entries, `m` the number of its last entry, the version that
tells it from the journal before a reset, and how many bytes are kept, `n` how often each case was
served, `k` the names of the notes, and `k:NAME` the notes of a name. `PREFIXsessions` has the named
sessions with the time of their last use, `PREFIXtotal` how often each case was served in all,
`PREFIXversion` the latest version, `PREFIXmock` what the mocks are made of. A script makes the
names of keys itself, which a Redis cluster does not allow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1

_SHARED = """
local prefix, name = ARGV[1], ARGV[2]
local base = prefix .. 's:' .. name .. ':'
local call = redis.call

local function now()
  local t = call('TIME')
  return t[1] + t[2] / 1000000
end

-- A Redis that takes no changes for now can be read all the same.
local function touch()
  if name ~= '' then redis.pcall('ZADD', prefix .. 'sessions', now(), name) end
end

-- One that no other change has, not even one before all was lost: it follows the time.
local function version()
  local last = tonumber(call('GET', prefix .. 'version') or '0')
  local next = string.format('%.0f', math.max(last + 1, math.floor(now() * 1000000)))
  call('SET', prefix .. 'version', next)
  return next
end

local function forget(name)
  local base = prefix .. 's:' .. name .. ':'
  for _, note in ipairs(call('SMEMBERS', base .. 'k')) do call('DEL', base .. 'k:' .. note) end
  for _, part in ipairs({'c', 'v', 'o', 'j', 'd', 'm', 'n', 'k'}) do call('DEL', base .. part) end
end

local function end_unused(idle)
  for _, old in ipairs(call('ZRANGEBYSCORE', prefix .. 'sessions', '-inf', now() - idle)) do
    call('ZREM', prefix .. 'sessions', old)
    forget(old)
  end
end

local function changed(name) call('PUBLISH', prefix .. 'changes:' .. name, '') end

-- Adds to a list that has at most so many entries and bytes; an empty one stands for what is gone.
local function keep(list, value, most, cap)
  local length = call('RPUSH', base .. list, value)
  local bytes = call('HINCRBY', base .. 'm', list, #value)
  while length > 0 and (length > most or bytes > cap) do
    bytes = call('HINCRBY', base .. 'm', list, -#call('LPOP', base .. list))
    length = length - 1
  end
end

local function count() return tonumber(call('HGET', base .. 'm', 'count') or '0') end

-- The place of the entry of a number, if it is still there and is that of this request, which its
-- moment tells: after a reset, another one may have the number.
local function place_of(number, facts)
  local place = number - count() - 1
  local found = place < 0 and call('LINDEX', base .. 'j', place)
  local moment = string.match(facts, '^%[[^,]*,')
  return found and string.sub(found, 1, #moment) == moment and place
end

-- Sets the entry of a number in the journal, or adds one; gives its number.
local function record(number, most, cap, facts, details)
  local place = number > 0 and place_of(number, facts)
  if place then
    call('LSET', base .. 'j', place, facts)
    if -place <= call('LLEN', base .. 'd') then
      local before = call('LINDEX', base .. 'd', place)
      call('LSET', base .. 'd', place, details)
      call('HINCRBY', base .. 'm', 'd', #details - #before)
    end
    return number
  end
  number = call('HINCRBY', base .. 'm', 'count', 1)
  if number == 1 then call('HSET', base .. 'm', 'begun', version()) end
  if call('RPUSH', base .. 'j', facts) > most then call('LPOP', base .. 'j') end
  keep('d', details, 200, cap)
  return number
end
"""


@dataclass(frozen=True)
class Script:
    """A script, with the arguments that it takes after the prefix and the name of the session."""

    own: str
    text: str = field(init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        text = _SHARED + self.own
        object.__setattr__(self, "text", text)
        # Redis names a script so; it is no secret.
        object.__setattr__(self, "digest", sha1(text.encode(), usedforsecurity=False).hexdigest())


BEGIN = Script("""
-- known version, most sessions, idle seconds: whether there are too many, version, version of the
-- state, controls
local known, most, idle = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if name ~= '' and not call('ZSCORE', prefix .. 'sessions', name) then
  end_unused(idle)
  if call('ZCARD', prefix .. 'sessions') >= most then return {1} end
end
touch()
local found = call('HMGET', base .. 'c', 'version', 'state')
local version, state = found[1] or '0', found[2] or '0'
if version == known then return {0, version, state} end
return {0, version, state, call('HGET', base .. 'c', 'text') or ''}
""")

CHANGE = Script("""
-- known version, controls; and of what was taken: number, most, cap, facts, details
local known, text = ARGV[3], ARGV[4]
local current = call('HGET', base .. 'c', 'version') or '0'
if current ~= known then return {0, current, call('HGET', base .. 'c', 'text') or ''} end
touch()
local next = version()
call('HSET', base .. 'c', 'version', next, 'text', text)
local number = 0
if #ARGV > 4 then
  number = record(tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8], ARGV[9])
end
changed(name)
return {1, next, number}
""")

RECORD = Script("""
-- number, most, cap, facts, details, served; and of each note: name, note, most
touch()
local cap = tonumber(ARGV[5])
local number = record(tonumber(ARGV[3]), tonumber(ARGV[4]), cap, ARGV[6], ARGV[7])
call('HINCRBY', base .. 'n', ARGV[8], 1)
call('HINCRBY', prefix .. 'total', ARGV[8], 1)
for place = 9, #ARGV, 3 do
  call('SADD', base .. 'k', ARGV[place])
  keep('k:' .. ARGV[place], ARGV[place + 1], tonumber(ARGV[place + 2]), cap)
end
changed(name)
return number
""")

SENT = Script("""
-- number, facts
local place = place_of(tonumber(ARGV[3]), ARGV[4])
if place then call('LSET', base .. 'j', place, ARGV[4]) end
changed(name)
""")

COUNT = Script("""
-- the number of the last entry, and what tells this journal from the one before a reset
return {count(), call('HGET', base .. 'm', 'begun') or ''}
""")

ENTRIES = Script("""
-- after: the number of the last entry, and those after that number
local last, after = count(), tonumber(ARGV[3])
if last <= after then return {last} end
return {last, call('LRANGE', base .. 'j', after - last, -1)}
""")

ENTRY = Script("""
-- list, number: its entry of that number
local place = tonumber(ARGV[4]) - count() - 1
return place < 0 and call('LINDEX', base .. ARGV[3], place)
""")

SERVED = Script("return call('HGETALL', base .. 'n')")
FORGET_SERVED = Script("call('DEL', base .. 'n') changed(name)")
TOTAL = Script("return call('HGETALL', prefix .. 'total')")
FORGET_TOTAL = Script("""
call('DEL', prefix .. 'total', prefix .. 's::n')
for _, each in ipairs(call('ZRANGE', prefix .. 'sessions', 0, -1)) do
  call('DEL', prefix .. 's:' .. each .. ':n')
end
""")

NOTED = Script("return call('LRANGE', base .. 'k:' .. ARGV[3], 0, -1)")
NOTIFY = Script("changed(name)")
RESET = Script("forget(name) changed(name)")
SESSIONS = Script("return call('ZRANGE', prefix .. 'sessions', 0, -1)")
END = Script("""
local found = call('ZREM', prefix .. 'sessions', name)
forget(name)
changed(name)
return found
""")
CHECK = Script("""
-- idle seconds: nothing, where it takes changes
version()
end_unused(tonumber(ARGV[3]))
""")

LOOK = Script("""
-- key: value and version, and the version of the state
local state = call('HGET', base .. 'c', 'state') or '0'
return {call('HGET', base .. 'v', ARGV[3]), call('ZSCORE', base .. 'o', ARGV[3]), state}
""")
PUT = Script("""
-- key, value, most; and the version that must be there, '' for none
local key, current = ARGV[3], call('ZSCORE', base .. 'o', ARGV[3])
if #ARGV > 5 and (current or '') ~= ARGV[6] then
  return {0, call('HGET', base .. 'v', key), current}
end
touch()
local next = version()
call('HSET', base .. 'c', 'state', next)
call('HSET', base .. 'v', key, ARGV[4])
call('ZADD', base .. 'o', next, key)
if call('ZCARD', base .. 'o') > tonumber(ARGV[5]) then
  call('HDEL', base .. 'v', call('ZPOPMIN', base .. 'o')[1])
end
return {1}
""")
KEYS = Script("""
local found, start = {}, ARGV[3]
for _, key in ipairs(call('ZRANGE', base .. 'o', 0, -1)) do
  if string.sub(key, 1, #start) == start then table.insert(found, key) end
end
return found
""")
CLEAR = Script("""
local start = ARGV[3]
call('HSET', base .. 'c', 'state', version())
for _, key in ipairs(call('ZRANGE', base .. 'o', 0, -1)) do
  if string.sub(key, 1, #start) == start then
    call('HDEL', base .. 'v', key)
    call('ZREM', base .. 'o', key)
  end
end
""")
