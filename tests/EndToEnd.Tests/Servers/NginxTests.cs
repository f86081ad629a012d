using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class NginxTests : DaemonTest
{
    [Fact]
    public async Task MasterAndOneWorker_FourCopies_AllServe()
    {
        await StartAsync();

        await Copies.AllAnswerAsync(Copies.Numbers, () => Ask.HttpAsync(Address, Port, "/id"));
    }

    /// <summary>
    /// The worker process of nginx survives its master and would keep the listening socket open.
    /// </summary>
    [Fact]
    public async Task Master_Killed_OnlyProcessesOfTheNewMasterServe()
    {
        await StartAsync();
        var killed = Daemon.PidOf("web@1");
        Processes.Signal(killed, Processes.Kill);
        var exit = await Daemon.EventAsync("exit", "web@1");
        await Daemon.EventAsync("ready", "web@1", exit);

        await Deadline.UntilAsync(() => Listeners.On(Port).Length == Copies.Count, "one listener for each copy");
        await Copies.AllAnswerAsync(Copies.Numbers, () => Ask.HttpAsync(Address, Port, "/id"));
    }

    private async Task StartAsync()
    {
        var nginx = Programs.Require("nginx", "nginx-light");
        foreach (var number in Copies.Numbers) Daemon.Folder.Write($"{number}/html/id", number);
        var configuration = Daemon.Folder.Write("nginx.conf", $$"""
            daemon off;
            master_process on;
            worker_processes 1;
            error_log stderr notice;
            pid nginx.pid;
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server { listen {{Address}}:{{Port}}; root html; }
            }
            """);
        Daemon.Configure($$"""
            services:
              web:
                command: [{{nginx}}, -p, "{{Daemon.Folder["{worker}"]}}/", -c, {{configuration}}, -e, stderr]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
    }
}
