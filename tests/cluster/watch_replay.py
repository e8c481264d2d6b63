"""An API server with nothing in it but a watch of pods, which tells recorded events as fast as they are taken.

    with WatchReplay(folder, pods, 60000) as replay:
        replay.measure(cluster, "operator")     # events a second of the operator's CPU
"""

import http.server
import json
import os
import ssl
import subprocess
import threading
import time

from installed_cluster import Operator, wait_for

PART = 500  # events that are written at once


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, document):
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "watch=true" in self.path:
            return self.watch()
        if "disaggregatedset" in self.path:
            return self.answer(404, {"kind": "Status", "code": 404, "reason": "NotFound"})
        self.answer(200, {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": []})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(201, {})

    def watch(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        replay = self.server.replay
        if "/pods?" in self.path:
            replay.begins.wait()
            try:
                for part in replay.parts:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            except OSError:
                return
            replay.is_told.set()
        replay.ends.wait()


class WatchReplay:
    def __init__(self, folder, pods, count):
        self.folder, self.count = folder, count
        self.begins, self.is_told, self.ends = threading.Event(), threading.Event(), threading.Event()
        lines = []
        for i in range(count):
            pod = dict(pods[i % len(pods)], apiVersion="v1", kind="Pod")
            # Some 2,000 pods, and a new version of each with every event.
            metadata = dict(pod["metadata"], name="%s-%d" % (pod["metadata"]["name"], i % 2000), resourceVersion=str(i + 2))
            event = {"type": "ADDED" if i < 2000 else "MODIFIED", "object": dict(pod, metadata=metadata)}
            lines.append(json.dumps(event, separators=(",", ":")).encode() + b"\n")
        self.parts = [b"".join(lines[i : i + PART]) for i in range(0, count, PART)]
        self.bytes_of_event = sum(len(part) for part in self.parts) / count

    def __enter__(self):
        key, certificate = (os.path.join(self.folder, name) for name in ("replay.key", "replay.crt"))
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=replay".split()
        subprocess.run(command + ["-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.replay = True, self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.server.shutdown()

    def measure(self, cluster, name):
        with open(cluster.operator_kubeconfig) as file:
            text = file.read()
        real, path = cluster.operator_kubeconfig, os.path.join(self.folder, name + ".kubeconfig")
        with open(path, "w") as file:
            file.write(text.replace(cluster.server, "https://127.0.0.1:%d" % self.server.server_port))
        self.begins.clear()
        self.is_told.clear()
        cluster.operator_kubeconfig = path
        operator = Operator(cluster, name, elects=False)
        cluster.operator_kubeconfig = real
        cluster.operators.append(operator)
        time.sleep(3)
        before = operator.cpu()
        self.begins.set()
        wait_for(300, "the events are told", self.is_told.is_set)
        # What was told may still have to be read: the CPU time stands still when it was.
        while operator.cpu() - before < 0.05 or self.moves(operator):
            pass
        cpu = operator.cpu() - before
        operator.end()
        return self.count / cpu

    def moves(self, operator):
        cpu = operator.cpu()
        time.sleep(1)
        return operator.cpu() - cpu > 0.02
