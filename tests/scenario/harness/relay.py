# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that do not keep to the protocol: a man in the middle, and one that only says what it is told to say."""
import asyncio
import threading

import websockets

from harness import wire
from harness.waiting import DEADLINE, until


class _Listener:
    """A TLS WebSocket listener in a thread of its own. Has url and pin, as a Server has."""

    def __init__(self, folder):
        cert, key, self.pin = wire.certificate(folder, type(self).__name__)
        self._context = wire.server_context(cert, key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._run(self._listen())
        self.url = f"wss://127.0.0.1:{self.port}"
        self.problems = []

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(DEADLINE)

    async def _listen(self):
        self._listening = await websockets.serve(
            self._accept, "127.0.0.1", 0, ssl=self._context, subprotocols=[wire.SUBPROTOCOL],
            max_size=wire.FRAME_MAX, compression=None, ping_interval=None)
        return self._listening.sockets[0].getsockname()[1]

    async def _accept(self, socket):
        try:
            await self.serve(socket)
        except websockets.ConnectionClosed:
            pass
        except Exception as problem:  # for the test to see
            self.problems.append(problem)

    def close(self):
        async def end():
            self._listening.close()
            await self._listening.wait_closed()
        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        assert not self.problems, self.problems


class Relay(_Listener):
    """
    Between a daemon and the server. from_server(frame) and from_client(frame), set by the test, return the list of
    what goes on instead of a frame: frames, or bytes that are none. seen: every envelope that the server delivered.

    Sequence numbers are the relay's own, so that it can slip envelopes in; acks are translated back.
    """

    def __init__(self, folder, server):
        self.server = server
        self.inner = None
        self.connections = self.dropped = 0
        self.seen = []
        self.sequence = 0
        self.servers_sequences = {}  # by ours
        self.pass_all()
        super().__init__(folder)

    def pass_all(self):
        self.from_server = self.from_client = lambda frame: [frame]

    async def serve(self, socket):
        async with wire.connect(self.server.url) as upstream:
            self.inner = socket
            self.connections += 1
            ways = [asyncio.ensure_future(self._pump_up(socket, upstream)),
                    asyncio.ensure_future(self._pump_down(upstream, socket))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump_up(self, source, target):
        async for data in source:
            frame = wire.schema().ClientFrame.FromString(data)
            if frame.HasField("ack"):
                frame.ack.sequence = max((servers for ours, servers in self.servers_sequences.items()
                                          if ours <= frame.ack.sequence), default=0)
            await self._pass(self.from_client(frame), target)

    async def _pump_down(self, source, target):
        async for data in source:
            frame = wire.schema().ServerFrame.FromString(data)
            for envelope in frame.deliver.envelopes if frame.HasField("deliver") else []:
                self.sequence += 1
                self.servers_sequences[self.sequence] = envelope.sequence
                envelope.sequence = self.sequence
                self.seen.append(envelope)
            await self._pass(self.from_server(frame), target)

    async def _pass(self, frames, target):
        for frame in frames:
            await target.send(frame if isinstance(frame, bytes) else frame.SerializeToString())

    def inject(self, *frames):
        """Sends frames, or bytes, to the daemon as if the server had; a str becomes a WebSocket text message."""
        async def send():
            for frame in frames:
                await self.inner.send(frame if isinstance(frame, (bytes, str)) else frame.SerializeToString())
        self._run(send())

    def throw(self, frame):
        """As inject(). Returns whether the daemon has taken it, or else has ended the connection because of it."""
        async def send_and_ping():
            socket = self.inner
            try:
                await socket.send(frame if isinstance(frame, (bytes, str)) else frame.SerializeToString())
                await (await socket.ping())  # answered in its turn
            except websockets.ConnectionClosed:
                return False
            return True
        return self._run(send_and_ping())

    def answer(self, frame):
        """As inject(), from within from_client()."""
        asyncio.ensure_future(self.inner.send(frame.SerializeToString()))

    def deliver(self, *envelopes):
        """Hands the daemon envelopes, in one frame, as the next ones of its mailbox."""
        pb = wire.schema()
        frame = pb.ServerFrame(deliver=pb.Deliver(envelopes=envelopes))
        for envelope in frame.deliver.envelopes:
            self.sequence += 1
            envelope.sequence = self.sequence
        self.inject(frame)

    def drop(self):
        """Ends the daemon's connection. The daemon may take a moment to hear of it."""
        self.dropped = self.connections
        self._run(self.inner.close())

    def wait_for_next(self, user):
        """After drop(): until the daemon is online again, which does not take as long as it would by itself."""
        until("it notices", lambda: self.connections > self.dropped or user.account("Connection") != "online")
        user.smctl("reconnect", expect=0)
        until("it comes back", lambda: self.connections > self.dropped)
        user.wait_online()


class Refuser(_Listener):
    """Answers every request with one error. For servers of another protocol version, of which there is none yet."""

    def __init__(self, folder, code, text="no"):
        self.code, self.text = code, text
        super().__init__(folder)

    async def serve(self, socket):
        pb = wire.schema()
        async for data in socket:
            asked = pb.ClientFrame.FromString(data)
            error = pb.Error(code=pb.ErrorCode.Value("ERROR_CODE_" + self.code), text=self.text)
            await socket.send(pb.ServerFrame(request=asked.request, error=error).SerializeToString())
            await socket.close()
