"""Stands where a project's commands expect a Docker engine: reads their HTTP, one JSON line out for each call and one
JSON line in for each answer. It decides nothing and reaches nothing but the containers of its own network.

It is the first process of the container that owns the network. When standard input ends, the one who decides is gone;
so the program ends, and with it every connection.
"""
import asyncio
import base64
import json
import os
import sys

ADDRESS = ("127.0.0.1", 2375)
HEAD_LIMIT = 32 << 10
BODY_LIMIT = 1 << 20
LINE_LIMIT = 16 << 20
CONNECTIONS = 200
INPUT_PATIENCE = 60
PIECE = 64 << 10
HEADERS = "Api-Version: 1.44\r\nOstype: linux\r\nDocker-Experimental: false\r\nServer: proofolio\r\n"
REASONS = {101: "UPGRADED", 200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified"}


class TooMuch(Exception):
    """A client sends more than is read."""


def tell(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def read_head(reader):
    """The method, the target and the headers of a request; None when the client is done."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return method, target, {name.strip().lower(): value.strip() for name, value in pairs}


async def read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() != "chunked":
        size = int(headers.get("content-length", 0))
        if not 0 <= size <= BODY_LIMIT:
            raise TooMuch
        return await reader.readexactly(size)
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if not 0 <= size <= BODY_LIMIT - len(body):
            raise TooMuch
        body += await reader.readexactly(size)
        await reader.readuntil(b"\r\n")
        if size == 0:
            return body


async def read_input(reader):
    """What a client writes to a command, until it closes its half."""
    kept = b""
    while piece := await asyncio.wait_for(reader.read(PIECE), INPUT_PATIENCE):
        kept += piece
        if len(kept) > BODY_LIMIT:
            raise TooMuch
    return kept


def frames(streams):
    """The streams of a command in Docker's framing: number, three zeros, length, bytes."""
    for number, text in streams:
        content = base64.b64decode(text)
        for start in range(0, len(content), PIECE):
            piece = content[start:start + PIECE]
            yield bytes([number, 0, 0, 0]) + len(piece).to_bytes(4, "big") + piece


class Front:
    def __init__(self):
        self.calls = 0
        self.waiting = {}
        self.listeners = {}
        self.connections = 0

    async def ask(self, **call):
        """Sends a call and waits for its answer."""
        self.calls += 1
        number = self.calls
        tell(call=number, **call)
        return number, await self.answer(number)

    async def answer(self, number):
        self.waiting[number] = asyncio.get_running_loop().create_future()
        try:
            return await self.waiting[number]
        finally:
            del self.waiting[number]

    async def serve(self, reader, writer):
        """One connection of a client."""
        self.connections += 1
        try:
            if self.connections <= CONNECTIONS:
                while await self.one(reader, writer):
                    pass
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.connections -= 1
            writer.close()

    async def one(self, reader, writer):
        """One request; true when the next may follow."""
        head = await read_head(reader)
        if head is None:
            return False
        method, target, headers = head
        try:
            body = await read_body(reader, headers)
        except TooMuch:
            number, answer = await self.ask(method=method, target=target, problem="its body is larger than 1 MiB")
            self.respond(writer, method, answer)
            return False
        number, answer = await self.ask(method=method, target=target, body=base64.b64encode(body).decode())
        if answer.get("later"):
            await self.respond_later(writer, number, answer)
            return False
        if "hijack" not in answer:
            self.respond(writer, method, answer)
            await writer.drain()
            return headers.get("connection", "").lower() != "close"
        kind = "Content-Type: application/vnd.docker.raw-stream\r\n"
        writer.write(f"HTTP/1.1 101 UPGRADED\r\n{kind}Connection: Upgrade\r\nUpgrade: tcp\r\n{HEADERS}\r\n".encode())
        await writer.drain()
        line = {"go": number}
        if answer["input"]:
            try:
                line["input"] = base64.b64encode(await read_input(reader)).decode()
            except (TooMuch, asyncio.TimeoutError):
                line["problem"] = "its input is larger than 1 MiB or does not end"
        tell(**line)
        for frame in frames((await self.answer(number))["streams"]):
            writer.write(frame)
            await writer.drain()
        return False

    def respond(self, writer, method, answer):
        status = answer["status"]
        body = b"".join(frames(answer["streams"])) if "streams" in answer else answer["body"].encode()
        kind = "application/vnd.docker.raw-stream" if "streams" in answer else "application/json"
        lines = f"HTTP/1.1 {status} {REASONS.get(status, 'Refused')}\r\nContent-Type: {kind}\r\n{HEADERS}"
        if status not in (204, 304):
            lines += f"Content-Length: {len(body)}\r\n"
        writer.write(lines.encode() + b"\r\n" + (b"" if method == "HEAD" or status in (204, 304) else body))

    async def respond_later(self, writer, number, answer):
        """Headers at once and the body when there is one: `docker run` starts a container in between."""
        kind = "Content-Type: application/json\r\n"
        writer.write(f"HTTP/1.1 {answer['status']} OK\r\n{kind}{HEADERS}Connection: close\r\n\r\n".encode())
        await writer.drain()
        writer.write((await self.answer(number))["body"].encode())
        await writer.drain()

    async def listen(self, number, host, port, name, target):
        """Publishes a port of a container."""
        async def connected(reader, writer):
            self.connections += 1
            try:
                if self.connections > CONNECTIONS or not await pipe(reader, writer, name, target):
                    writer.transport.abort()
            finally:
                self.connections -= 1
                writer.close()

        try:
            self.listeners[number] = await asyncio.start_server(connected, host, port, backlog=256)
        except OSError as error:
            tell(listening=number, problem=f"{host}:{port}: {os.strerror(error.errno) if error.errno else error}")
        else:
            tell(listening=number, port=self.listeners[number].sockets[0].getsockname()[1])

    def close(self, number):
        listener = self.listeners.pop(number, None)
        if listener:
            listener.close()

    async def run(self):
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader(limit=LINE_LIMIT)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        await asyncio.start_server(self.serve, *ADDRESS, limit=HEAD_LIMIT)
        beating = loop.create_task(beat())
        tasks = {beating}
        while line := await lines.readline():
            order = json.loads(line)
            if "listen" in order:
                place = (order["host"], order["port"], order["name"], order["target"])
                task = loop.create_task(self.listen(order["listen"], *place))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            elif "close" in order:
                self.close(order["close"])
            elif order.get("answer") in self.waiting and not self.waiting[order["answer"]].done():
                self.waiting[order["answer"]].set_result(order)


async def beat():
    while True:
        tell(beat=True)
        await asyncio.sleep(2)


async def pipe(reader, writer, name, port):
    """Carries one connection to a container, both ways, each half until its end; false when nothing listens there."""
    try:
        inner_reader, inner_writer = await asyncio.open_connection(name, port)
    except OSError:
        return False
    try:
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))
    finally:
        inner_writer.close()
    return True


async def copy(reader, writer):
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
        await writer.drain()
    except OSError:
        pass


asyncio.run(Front().run())
os._exit(0)
