using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary><c>listen_tls</c>, with certificates that openssl makes and curl checks.</summary>
public sealed class TlsTests : PublicTest
{
    private const string NewCertificate =
        "req -x509 -config tls.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";

    private string Chain => Daemon.Folder["cert.pem"];

    private string Key => Daemon.Folder["key.pem"];

    private string Root => Daemon.Folder["root.pem"];

    /// <summary>The certificate has one between it and its root: the daemon has to send that one, too.</summary>
    [Fact]
    public async Task Client_KnowsTheRootOnly_IsAnswered()
    {
        await StartAsync();
        Assert.Equal(("ok\n", 0), await AskAsync("/readyz"));
        var plain = await Command.RunAsync("curl", ["-s", "--max-time", "20", $"http://{Listen}/readyz"]);
        Assert.NotEqual(0, plain.Code);
        Assert.DoesNotContain("ok", plain.Out, StringComparison.Ordinal);
        var stranger = await Command.RunAsync("curl", ["-s", "--max-time", "20", $"https://{Listen}/readyz"]);
        Assert.Equal((60, ""), (stranger.Code, stranger.Out));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task ChangedFiles_NewConnectionsGetTheNewCertificate()
    {
        await StartAsync();
        var first = await SerialAsync();
        await IssueAsync("02");
        var second = await SerialAsync();
        Assert.Equal(("01", "02"), (first, second));
        await Daemon.EventAsync("certificate");
        Assert.Equal(("ok\n", 0), await AskAsync("/readyz"));
        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("other key")]
    [InlineData("missing")]
    public async Task ChangedFiles_CannotBeUsed_FormerCertificateStaysAndTheReasonIsLogged(string how)
    {
        await StartAsync();
        Assert.Equal("01", await SerialAsync());
        if (how == "broken") await File.WriteAllTextAsync(Chain, "-----BEGIN CERTIFICATE-----\nAAAA\n");
        if (how == "missing") File.Delete(Key);
        if (how == "other key") await OpensslAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
        Assert.Equal("01", await SerialAsync());
        var kept = await Daemon.EventAsync("certificate");
        Assert.Equal(how == "missing" ? "ENOENT" : "the files have no certificate with its key", kept["REUSEPORT_REASON"]);
        Assert.Equal(("ok\n", 0), await AskAsync("/readyz"));
        Assert.Single(Daemon.Events("certificate"));

        await IssueAsync("03");
        Assert.Equal("03", await SerialAsync());
        await Daemon.EventAsync("certificate", after: kept);
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Start_CertificateCannotBeRead_Fails()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", $"listen: '{Listen}'\n{TlsLine}\n");
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--log", "json"]);
        Assert.Equal(
            (78, "reuseportd: listen_tls: the certificate cannot be read: ENOENT\n"), (start.Code, start.Error));
    }

    [Fact]
    public async Task Token_OverTls_IsNeeded()
    {
        Daemon.Folder.Write("token", "4711\n");
        await StartAsync($"listen_token_file: {Daemon.Folder["token"]}");
        string[] status = ["-o", "/dev/null", "-w", "%{http_code}"];
        Assert.Equal(("401", 0), await AskAsync("/metrics", status));
        Assert.Equal(("200", 0), await AskAsync("/metrics", [.. status, "-H", "Authorization: Bearer 4711"]));
        Assert.Equal(("ok\n", 0), await AskAsync("/readyz"));
        await Daemon.StopAsync();
    }

    /// <summary>A client that connects and sends nothing must not hold up the others.</summary>
    [Fact]
    public async Task Handshake_SilentClients_OthersAreAnswered()
    {
        await StartAsync();
        List<TcpClient> silent = [];
        for (var number = 0; number < 20; number++)
        {
            silent.Add(new TcpClient());
            await silent[^1].ConnectAsync(IPEndPoint.Parse(Listen));
        }

        Assert.Equal(("ok\n", 0), await AskAsync("/readyz"));
        var end = await silent[0].GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Deadline.Patience);
        Assert.Equal(0, end);
        silent.ForEach(client => client.Dispose());
        await Daemon.StopAsync();
    }

    private string TlsLine => $"listen_tls: {{ certificate: {Chain}, key: {Key} }}";

    private async Task StartAsync(params string[] more)
    {
        Programs.Require("openssl", "openssl");
        Programs.Require("curl", "curl");
        Daemon.Folder.Write("tls.cnf", $"""
            [req]
            distinguished_name = name
            [name]
            [ca]
            basicConstraints = critical,CA:TRUE
            [host]
            basicConstraints = critical,CA:FALSE
            subjectAltName = IP:{ListenAddress}
            """);
        await OpensslAsync($"{NewCertificate} -extensions ca -subj /CN=root -keyout root.key -out root.pem");
        await OpensslAsync(
            $"{NewCertificate} -extensions ca -subj /CN=between -CA root.pem -CAkey root.key "
            + "-keyout between.key -out between.pem");
        await IssueAsync("01");
        ConfigureDaemon([TlsLine, .. more]);
        ConfigureWeb();
        await Daemon.StartAsync();
    }

    private async Task IssueAsync(string serial)
    {
        await OpensslAsync(
            $"{NewCertificate} -extensions host -subj /CN=host -set_serial 0x{serial} -CA between.pem -CAkey between.key "
            + "-keyout key.pem -out own.pem");
        var own = await File.ReadAllTextAsync(Daemon.Folder["own.pem"]);
        await File.WriteAllTextAsync(Chain, own + await File.ReadAllTextAsync(Daemon.Folder["between.pem"]));
    }

    private async Task OpensslAsync(string arguments)
    {
        var made = await Command.RunAsync("sh", ["-c", $"cd {Path.GetDirectoryName(Root)} && openssl {arguments}"]);
        Assert.Equal((0, arguments), (made.Code, made.Code == 0 ? arguments : made.Error));
    }

    private async Task<(string Out, int Code)> AskAsync(string path, params string[] arguments)
    {
        var answer = await Command.RunAsync(
            "curl", ["-s", "--max-time", "20", "--cacert", Root, $"https://{Listen}{path}", .. arguments]);
        return (answer.Out, answer.Code);
    }

    /// <summary>The serial number of the certificate that a new connection shows.</summary>
    private async Task<string> SerialAsync()
    {
        var shown = await Command.RunAsync(
            "sh", ["-c", $"openssl s_client -connect {Listen} </dev/null 2>/dev/null | openssl x509 -noout -serial"]);
        return shown.Out.Trim().Replace("serial=", "", StringComparison.Ordinal);
    }
}
