using EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Monitoring;

/// <summary>
/// Debian's chromium, which the tests of a class share. It starts with the first page. Pages do not share storage: each test has
/// an address and a port of its own.
/// </summary>
public sealed class Browser : IAsyncDisposable
{
    private IPlaywright? _playwright;
    private IBrowserContext? _context;

    /// <summary>A new page. The test is skipped without chromium.</summary>
    internal async Task<IPage> PageAsync(int width, int height)
    {
        var page = await (_context ??= await StartAsync()).NewPageAsync();
        await page.SetViewportSizeAsync(width, height);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_context?.Browser is { } browser) await browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private async Task<IBrowserContext> StartAsync()
    {
        var chromium = Programs.Require("chromium", "chromium");
        _playwright = await Playwright.CreateAsync();
        var browser = await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        return await browser.NewContextAsync();
    }
}
