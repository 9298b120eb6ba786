-- Sends the bodies in the file $BODIES (one a line) in turn and prints one line of figures.
local bodies, n, k = {}, 0, 0
for line in io.lines(os.getenv("BODIES")) do n = n + 1; bodies[n] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  k = k + 1
  return wrk.format(nil, nil, nil, bodies[k % n + 1])
end
done = function(s, latency, _)
  local errors = s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout
  io.write(string.format('JSON{"requests":%d,"duration":%d,"bytes":%d,"errors":%d,"p99":%d}\n',
    s.requests, s.duration, s.bytes, errors, latency:percentile(99)))
end
