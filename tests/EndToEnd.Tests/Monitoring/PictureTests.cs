using System.Security.Cryptography;
using EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>The picture of the page in the guide.</summary>
public sealed class PictureTests(Browser browser) : PageTest(browser)
{
    private const string Picture = "docs/images/page.png";
    private const string Sources = "src/Supervisor/Api/Public/Page";

    /// <summary>The picture is of the page as it is. With GOLDEN_UPDATE=1, it is made anew; that takes two minutes.</summary>
    [Fact]
    public async Task Picture_OfTheGuide_IsOfThisPage()
    {
        if (Golden.IsUpdated) await MakePictureAsync();

        // In the form of sha256sum(1).
        var sums =
            from file in Directory.GetFiles(Checkout.At(Sources)).Order(StringComparer.Ordinal)
            select $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Sources}/{Path.GetFileName(file)}\n";
        Golden.Expect("docs/images/page.sha256", string.Concat(sums));
        Assert.InRange(new FileInfo(Checkout.At(Picture)).Length, 10_000, 300_000);
    }

    private async Task MakePictureAsync()
    {
        ConfigureDaemon();
        ConfigureWeb();
        Daemon.Configure(
            """
            services:
              worker:
                command: [sh, -c, "echo no database >&2; exit 3"]
                workers: 2
                restart: no
                reuseport: { ports: any }
            """,
            "more");
        await Daemon.StartAsync();
        var page = await OpenAsync(width: 1000, height: 1000);
        await TextAsync(Card(page, "web"), "4 of 4 ready");
        var chart = page.Locator("polyline").First;
        var began = await PointsAsync();
        for (var part = 1; part <= 3; part++)
        {
            await using var load = Load.Http(Address, Port, clients: 2 * part);
            await Deadline.UntilAsync(async () => await PointsAsync() > began + (6 * part), "the charts have points");
            await load.StopAsync();
            if (part == 2) Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "web@1", Exact = true }).ClickAsync();
        await page.ScreenshotAsync(new() { Path = Checkout.At(Picture) });
        await Daemon.StopAsync();

        async Task<int> PointsAsync() => (await chart.GetAttributeAsync("points") ?? "").Split(' ').Length;
    }
}
