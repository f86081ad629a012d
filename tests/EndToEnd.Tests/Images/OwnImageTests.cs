using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>Images of users: from their own system with COPY --from, and from the base.</summary>
public sealed class OwnImageTests(Stores stores) : ImageTest(stores)
{
    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Build_CopyFromFiles_ServesPython(string user)
    {
        var podman = Stores.Of(user);
        await OwnImage.BuildAsync(podman);
        var yaml = Folder.Write(
            "web.yaml",
            OwnImage.Configuration
                .Replace("\"8080\"", $"\"{Site.Port}\", --bind, {Site.Address}", StringComparison.Ordinal)
                .Replace("[8080]", $"[{Site.Port}]", StringComparison.Ordinal));
        await using var container = new Container(
            podman, ["--network=host", .. ReadOnly, "--volume", $"{yaml}:/etc/reuseportd/reuseportd.yaml:ro", OwnImage.Name]);
        await container.EventAsync("started");
        Assert.Contains("Directory listing", await Ask.HttpAsync(Site.Address, Site.Port), StringComparison.Ordinal);
        Assert.Equal(4, container.Events("ready").Length);

        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
    }

    [Fact]
    public async Task Build_FromBase_ServesNginx()
    {
        var podman = Stores.Of(Stores.Root);
        var port = Site.Port.ToString(CultureInfo.InvariantCulture);
        await OwnImage.BuildAsync(podman, "FROM localhost/reuseportd", "localhost/nginx:latest", $$"""
            services:
              web:
                command: [nginx, -c, /etc/reuseportd/nginx.conf, -g, "daemon off; pid /tmp/nginx-{worker}.pid;"]
                workers: 2
                reuseport: { ports: [{{port}}] }
            """);
        var folder = Folder.Write("nginx.conf", $$"""
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
              uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
              server { listen {{Site.Address}}:{{port}}; return 200 "served\n"; }
            }
            """);
        await using var container = new Container(
            podman, "--network=host", "--volume", $"{folder}:/etc/reuseportd/nginx.conf:ro", "localhost/nginx:latest");
        await container.EventAsync("started");
        Assert.Equal("served", await Ask.HttpAsync(Site.Address, Site.Port));

        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
    }
}
