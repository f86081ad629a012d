using System.Globalization;
using Reuseportd.Model;

namespace Runtime.Tests.Harness;

/// <summary>A real server, in Python, that answers with its process id. Without a certain file, the status is 503.</summary>
internal static class WebServer
{
    private const string Program =
        """
        import os, sys
        from http.server import BaseHTTPRequestHandler, HTTPServer
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                good = len(sys.argv) < 4 or os.path.exists(sys.argv[3])
                self.send_response(200 if good else 503)
                self.end_headers()
                self.wfile.write(str(os.getpid()).encode())
            def log_message(self, *words):
                print('asked for', self.path, flush=True)
        HTTPServer((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
        """;

    /// <param name="port">May have placeholders.</param>
    /// <param name="healthyWhile">Path of the file; null for status 200 always.</param>
    public static ServiceSpec Service(string name, int workers, string address, string port, string? healthyWhile = null)
    {
        var service = Given.Service(name, workers, [
            "python3", "-c", Program.Replace("{", "{{", StringComparison.Ordinal), address, port,
            .. healthyWhile is null ? Array.Empty<string>() : [healthyWhile],
        ]);
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var shared)
            ? Given.Listening(service, shared)
            : service;
    }
}
