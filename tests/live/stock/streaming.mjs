// The WebSocket of browsers (here Node's): the token as sub-protocol, one stream, one message.
const [url, token] = process.argv.slice(2);
const socket = new WebSocket(`${url}/api/v1/streaming`, token);
const say = (value) => console.log(JSON.stringify(value));
socket.addEventListener("open", () => {
  socket.send(JSON.stringify({ type: "subscribe", stream: "hashtag" }));
  socket.send(JSON.stringify({ type: "subscribe", stream: "hashtag", tag: "harbour" }));
});
socket.addEventListener("error", () => say({ failed: true }));
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  say(message);
  if (message.event) socket.close(1000);
});
socket.addEventListener("close", ({ code }) => say({ code, protocol: socket.protocol === token }));
