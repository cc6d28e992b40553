-- The generic cell rate algorithm on this server's clock: one number, the time at which the burst is whole again.
-- ARGV: requests a second, and in a burst. Gives whether the request may go on, and how far off that time is in microseconds.
local rate = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- Rounded up, so that the error makes the limit stricter and never looser.
local interval = math.ceil(1000000 / rate)
local burst = interval * rate
-- A cell that another rate left far ahead stands at most one burst away from now.
local debt = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or 0) - now, 0), burst)
if debt + interval > burst then
  return { 0, debt }
end
debt = debt + interval
redis.call('SET', KEYS[1], string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
return { 1, debt }
