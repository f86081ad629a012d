using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class PythonTests : DaemonTest
{
    /// <summary>
    /// The server of the documentation of http.server, with the number of its copy from the environment.
    /// </summary>
    private const string Script = """
        import http.server, os, sys

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                own, all = os.environ["REUSEPORT_WORKER"], os.environ["REUSEPORT_WORKERS"]
                self.wfile.write(f"{own} of {all} in {os.getpid()}".encode())

        http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
        """;

    private static string Python => Programs.Require("python3", "python3");

    [Fact]
    public async Task HttpServerModule_FourCopiesOnTheWildcard_AllServe()
    {
        foreach (var number in Copies.Numbers) Daemon.Folder.Write($"www/{number}/id", number);
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Python}}, -m, http.server, "{{Port}}"]
                working_dir: {{Daemon.Folder["www"]}}/{worker}
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        await Copies.AllAnswerAsync(Copies.Numbers, () => Ask.HttpAsync(Address, Port, "/id"));
    }

    [Fact]
    public async Task Script_FourCopies_EachAnswersAsTheWorkerThatItIs()
    {
        var script = Daemon.Folder.Write("server.py", Script);
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Python}}, {{script}}, {{Address}}, "{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}], address: {{Address}} }
            """);
        await Daemon.StartAsync();

        var expected = Copies.Numbers.Select(number => $"{number} of 4 in {Daemon.PidOf($"web@{number}")}").ToArray();
        await Copies.AllAnswerAsync(expected, () => Ask.HttpAsync(Address, Port));
    }
}
