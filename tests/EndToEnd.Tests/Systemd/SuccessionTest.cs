using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>
/// A test of daemons that follow each other. Meanwhile clients use four servers, flows of datagrams have their workers, and two
/// workers number their lines.
/// </summary>
public abstract class SuccessionTest(Machine machine) : NextDaemonTest(machine)
{
    private const int Copies = 4;
    private const int Node = 8081, Python = 8082, Nginx = 8083, Example = 8084, Datagrams = 8085;
    private const string Folder = "/opt/served";

    /// <summary>Workers of all services.</summary>
    private protected const int WorkerCount = 5 * Copies + 2;

    private protected Task<MachineClients> ClientsAsync() =>
        MachineClients.StartAsync(Machine, [Node, Python, Nginx, Example], [Node, Nginx], Datagrams);

    /// <summary>The processes that serve. The shells of the lines have another child for each line.</summary>
    private protected MachineProcess[] Workers() =>
    [
        .. Machine.Workers().Where(process => process.Service is not ("lines" or "lines_to_file"))
            .OrderBy(process => process.Pid),
    ];

    /// <summary>New connections reach the copies in turn. The daemon itself may make one.</summary>
    private protected async Task AssertEvenAsync()
    {
        var answers = await AskAsync(Example, times: 50 * Copies);
        Assert.All(answers.GroupBy(answer => answer), copy => Assert.InRange(copy.Count(), 48, 52));
    }

    /// <param name="mayRepeat">See <see cref="NumberedLines"/>.</param>
    private protected async Task AssertLinesAsync(bool mayRepeat)
    {
        var lines = await JournalctlAsync(1, "REUSEPORT_SERVICE=lines", "REUSEPORT_STREAM=stdout");
        NumberedLines.AssertAll(lines.Select(line => line.Message), mayRepeat);
        NumberedLines.AssertAll(await File.ReadAllLinesAsync(Machine.Path(Folder + "/lines")), mayRepeat);
    }

    private protected void ConfigureServers()
    {
        Directory.CreateDirectory(Machine.Path(Folder + "/empty"));
        File.Delete(Machine.Path(Folder + "/lines"));
        File.WriteAllText(Machine.Path(Folder + "/nginx.conf"), $$"""
            daemon off;
            worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server { listen 127.0.0.1:{{Nginx}}; location / { return 200 "ok"; } }
            }
            """);
        const string answers = "require('http').createServer((_, answer) => answer.end('ok'))";
        Serve("node", Node, $"[{Programs.Require("node", "nodejs")}, -e, \"{answers}.listen({Node}, '127.0.0.1')\"]");
        Serve("python", Python, $"[/usr/bin/python3, -m, http.server, \"{Python}\", --directory, {Folder}/empty]");
        var nginx = Programs.Require("nginx", "nginx-light");
        Serve("nginx", Nginx, $"[{nginx}, -p, {Folder}, -e, stderr, -c, nginx.conf, -g, \"pid nginx-{{worker}}.pid;\"]");
        Serve("hello", Example, $"[{MachineScript.Workers}/hello, \"{Example}\"]");
        Serve("shares", Datagrams, $"[{MachineScript.Workers}/shares, \"{{worker}}\", \"udp4,127.0.0.1,{Datagrams}\"]");
        const string lines = "[sh, -c, \"i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done\"]";
        Configure(
            "lines", $$"""
            services:
              lines:
                command: {{lines}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
              lines_to_file:
                command: {{lines}}
                stdout: file:{{Folder}}/lines
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
    }

    private void Serve(string service, int port, string command) => Configure(
        service, $$"""
        services:
          {{service}}:
            command: {{command}}
            workers: {{Copies}}
            stderr: "null"
            reuseport: { ports: [{{port}}] }
        """);
}
