"""The verbs as scripts, each of which the server runs as one step, by its own clock.

`auth_core.throttling.bucket` says what the arithmetic means. Times are microseconds, which a number of Lua holds
exactly for two centuries to come. A budget is a hash of `f`, when it will be full, and `e`, when it was last told of as
empty; it goes by itself once it is full and not told of any more.
"""

from datetime import timedelta
from typing import Final

from auth_core.throttling.bucket import SLACK

_COMMON: Final = (
    f"""
local SLACK = {SLACK // timedelta(microseconds=1)}
"""
    """
local time = redis.call('TIME')
local at = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function full_at(i, period, cost)
  local known = tonumber(redis.call('HGET', KEYS[i], 'f')) or at
  if known > at + period + SLACK then return at + period - cost end
  return math.max(at, known)
end
local function exact(number)
  return string.format('%.0f', number)
end
"""
)

TAKE: Final = (
    _COMMON
    + """
local longest, which = 0, 0
local full = {}
for i = 1, #KEYS do
  local cost, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  full[i] = full_at(i, period, cost) + cost
  local wait = full[i] - at - period
  if wait > longest then longest, which = wait, i end
end
if which > 0 then return {which, exact(longest)} end
local answer = {0, '0'}
for i = 1, #KEYS do
  local cost, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local told = tonumber(redis.call('HGET', KEYS[i], 'e'))
  redis.call('HSET', KEYS[i], 'f', exact(full[i]))
  local keep = full[i]
  if told then keep = math.max(keep, told + period) end
  if full[i] + cost > at + period and not (told and told > at - period and told <= at) then
    redis.call('HSET', KEYS[i], 'e', exact(at))
    keep = math.max(keep, at + period)
    answer[#answer + 1] = i
  end
  redis.call('PEXPIRE', KEYS[i], exact(math.ceil((keep - at) / 1000) + 1))
end
return answer
"""
)
"""KEYS are the budgets, ARGV the cost and the period of each. Which is empty, for how long; then which were emptied."""

SETTLE: Final = (
    _COMMON
    + """
for i = 1, #KEYS do
  local known = tonumber(redis.call('HGET', KEYS[i], 'f'))
  if known then
    if ARGV[2 * i - 1] == 'full' then
      redis.call('DEL', KEYS[i])
    else
      redis.call('HSET', KEYS[i], 'f', exact(known - tonumber(ARGV[2 * i - 1])))
      if ARGV[2 * i] == '1' then redis.call('HDEL', KEYS[i], 'e') end
    end
  end
end
return 0
"""
)
"""ARGV are what goes back to each, or `full`; and whether it is forgotten that it was told of as empty."""

LOOK: Final = (
    _COMMON
    + """
local answer = {}
for i = 1, #KEYS do
  answer[i] = exact(full_at(i, tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i - 1])) - at)
end
return answer
"""
)
"""ARGV are the cost and the period of each. In how many microseconds each is full."""
