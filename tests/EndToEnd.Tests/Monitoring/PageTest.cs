using EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>A daemon with a port for machines, and a browser that shows its page.</summary>
public abstract class PageTest(Browser browser) : DaemonTest, IClassFixture<Browser>, IAsyncDisposable
{
    private readonly List<IPage> _pages = [];

    /// <summary>The address and port of <c>listen</c>.</summary>
    private protected string Listen => $"{Daemon.Site.AddressOf(2)}:{Port}";

    private protected string PageAddress => $"http://{Listen}/";

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var page in _pages) await page.CloseAsync();
        await DisposeAsync();
    }

    private protected void ConfigureDaemon(string more = "") =>
        Daemon.Folder.Write("etc/reuseportd.yaml", $"listen: {Listen}\n{more}");

    /// <summary>The service <c>web</c> with four copies of the bundled example.</summary>
    private protected void ConfigureWeb(string more = "") => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
            workers: 4
            reuseport: { ports: [{{Port}}] }
            {{more}}
        """);

    private protected async Task<IPage> OpenAsync(int width = 1280, int height = 900)
    {
        var page = await browser.PageAsync(width, height);
        _pages.Add(page);
        page.SetDefaultTimeout((float)Deadline.Patience.TotalMilliseconds);
        await page.GotoAsync(PageAddress);
        return page;
    }

    private protected static Task ConnectedAsync(IPage page) => page.Locator("#connection.connected").WaitForAsync();

    /// <summary>Waits until an element has this text.</summary>
    private protected static Task TextAsync(ILocator at, string text) =>
        at.Filter(new() { HasText = text }).First.WaitForAsync();

    private protected static ILocator Card(IPage page, string service) =>
        page.Locator($"article[aria-label='Service {service}']");

    /// <summary>The cells of a worker.</summary>
    private protected static ILocator Row(IPage page, string worker) =>
        page.GetByRole(AriaRole.Row).Filter(
            new() { Has = page.GetByRole(AriaRole.Button, new() { Name = worker, Exact = true }) });
}
