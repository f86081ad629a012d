namespace EndToEnd.Tests.Harness;

/// <summary>nginx as a server of the tests.</summary>
internal static class Nginx
{
    /// <summary>Four copies as the service <c>web</c>. <c>/id</c> is the number of a copy's worker.</summary>
    /// <param name="processes">Worker processes of each master.</param>
    public static void Configure(Daemon daemon, int processes)
    {
        var nginx = Programs.Require("nginx", "nginx-light");
        foreach (var number in Copies.Numbers) daemon.Folder.Write($"{number}/html/id", number);
        var configuration = daemon.Folder.Write("nginx.conf", $$"""
            daemon off;
            master_process on;
            worker_processes {{processes}};
            error_log stderr notice;
            pid nginx.pid;
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server { listen {{daemon.Site.Address}}:{{daemon.Site.Port}}; root html; }
            }
            """);
        daemon.Configure($$"""
            services:
              web:
                command: [{{nginx}}, -p, "{{daemon.Folder["{worker}"]}}/", -c, {{configuration}}, -e, stderr]
                workers: 4
                reuseport: { ports: [{{daemon.Site.Port}}] }
            """);
    }
}
