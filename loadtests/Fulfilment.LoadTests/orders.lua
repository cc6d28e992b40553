-- Orders for wrk: one code each, a reference of its own each, numbered as a shop numbers its orders.
-- Arguments: SKU, a word that makes this run's references its own, the mean pause of a connection in milliseconds (0: none), and the mean time between two
-- requests of a thread in milliseconds, in place of pauses (0: pauses).
local counter, prefix, head, tail, pause, every, due = 0, "", "", "", 0, 0, nil
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  prefix = args[2] .. "-" .. number .. "-"
  head = '{"clientReference":"' .. prefix
  tail = '","currency":"CNY","lines":[{"sku":"' .. args[1] .. '","quantity":1,"maxUnitPrice":"12.50"}],"buyer":{"reference":"u-77"},"metadata":{"shop":"main"}}'
  pause, every = tonumber(args[3]), tonumber(args[4])
  math.randomseed(number + 1)
end

function request()
  counter = counter + 1
  return wrk.format("POST", nil, nil, head .. string.format("%010d", counter) .. tail)
end

-- Pauses are drawn from an exponential distribution, so that arrivals are not in step.
-- wrk looks once whether there is a delay function, so a run without pauses must have none.
if tonumber(os.getenv("BENCH_PAUSE_MS") or "0") > 0 then
  local ffi = require("ffi")
  ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int clock, moment *now);")
  local now, monotonic = ffi.new("moment"), 1

  -- A row of arrivals that waits for no answer: whoever is free takes the next, and what is late is caught up with.
  local function untilNext()
    ffi.C.clock_gettime(monotonic, now)
    local at = tonumber(now.seconds) * 1000 + tonumber(now.nanoseconds) / 1e6
    due = (due or at) - every * math.log(1 - math.random())
    return math.max(0, math.floor(due - at))
  end

  function delay()
    if every > 0 then
      return untilNext()
    end
    return math.floor(-pause * math.log(1 - math.random()))
  end
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, latency:percentile(50), latency:percentile(99)))
end
