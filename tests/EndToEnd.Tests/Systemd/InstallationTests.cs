namespace EndToEnd.Tests.Systemd;

public sealed class InstallationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Uninstall_AfterInstall_LeavesTheConfigurationOnly()
    {
        await Installation.MakeAsync("install", $"DESTDIR={_folder["root"]}", "PREFIX=/usr");
        Assert.Contains("/usr/bin/reuseportd", Files());
        Assert.Contains("/usr/lib/systemd/system/reuseportd.service", Files());
        Assert.Contains("/usr/share/man/man1/reuseportctl.1", Files());
        Assert.Contains("/usr/share/man/man5/reuseportd.yaml.5", Files());
        Assert.Contains("/usr/share/man/man8/reuseportd.8", Files());
        Assert.Contains("/usr/share/doc/reuseportd/guide/recipes.md", Files());
        Assert.Contains("/usr/share/doc/reuseportd/reference/configuration.md", Files());
        Assert.Contains("/usr/share/doc/reuseportd/decisions/README.md", Files());
        Assert.Contains("/usr/share/bash-completion/completions/reuseportctl", Files());
        Assert.Contains("/usr/share/fish/vendor_completions.d/reuseportctl.fish", Files());
        Assert.Contains("/usr/share/man/man7/libreuseport.7", Files());
        Assert.Contains("/usr/share/doc/reuseportd/CHANGELOG.md", Files());
        Assert.Contains("/usr/share/zsh/vendor-completions/_reuseportctl", Files());

        await Installation.MakeAsync("uninstall", $"DESTDIR={_folder["root"]}", "PREFIX=/usr");

        Assert.Equal(["/etc/reuseportd/reuseportd.yaml"], Files());
    }

    [Fact]
    public async Task Install_LinksOfThePages_LeadToInstalledFiles()
    {
        await Installation.MakeAsync("install", $"DESTDIR={_folder["root"]}", "PREFIX=/usr");

        var pages = Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .Select(file => MarkdownPage.Parse(file, File.ReadAllText(_folder[$"root{file}"]))).ToArray();
        Assert.Contains("/usr/share/doc/reuseportd/CONTRIBUTING.md", pages.Select(page => page.Path));
        var broken =
            from page in pages
            from link in page.Links
            where !Path.Exists(_folder[$"root/{page.Resolve(link).File}"])
            select $"{page.Path}: {link}";
        Assert.Empty(broken);
    }

    [Fact]
    public async Task Install_OverAConfiguration_KeepsIt()
    {
        var own = _folder.Write("root/etc/reuseportd/reuseportd.yaml", "log_level: debug\n");

        await Installation.MakeAsync("install", $"DESTDIR={_folder["root"]}", "PREFIX=/usr");

        Assert.Equal("log_level: debug\n", await File.ReadAllTextAsync(own));
    }

    [Fact]
    public async Task Install_OtherPrefix_UnitHasInstalledPaths()
    {
        await Installation.MakeAsync("install", $"DESTDIR={_folder["root"]}", "PREFIX=/opt/reuseportd");

        var unit = await File.ReadAllLinesAsync(_folder["root/opt/reuseportd/lib/systemd/system/reuseportd.service"]);
        Assert.Contains("ExecStart=/opt/reuseportd/bin/reuseportd", unit);
        Assert.Contains("Documentation=man:reuseportd(8) file:/opt/reuseportd/share/doc/reuseportd/README.md", unit);
        Assert.True(File.Exists(_folder["root/opt/reuseportd/share/doc/reuseportd/README.md"]));
        Assert.Contains("ExecReload=/opt/reuseportd/bin/reuseportctl apply", unit);
        Assert.True(File.Exists(_folder["root/opt/reuseportd/share/reuseportd/reuseportd.schema.json"]));
        Assert.True(File.Exists(_folder["root/opt/reuseportd/share/reuseportd/prometheus/reuseportd.dashboard.json"]));
        Assert.True(File.Exists(_folder["root/opt/reuseportd/share/doc/reuseportd/deploy/kubernetes/base/deployment.yaml"]));
        string[] files =
            ["etc/reuseportd/reuseportd.yaml", "opt/reuseportd/share/doc/reuseportd/examples/python/reuseportd.yaml"];
        foreach (var file in files)
            Assert.Equal(
                "# yaml-language-server: $schema=/opt/reuseportd/share/reuseportd/reuseportd.schema.json",
                (await File.ReadAllLinesAsync(_folder[$"root/{file}"]))[0]);
    }

    private string[] Files() =>
        [
            .. Directory.EnumerateFiles(_folder["root"], "*", SearchOption.AllDirectories)
                .Select(path => path[_folder["root"].Length..]).Order(StringComparer.Ordinal)];
}
