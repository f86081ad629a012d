using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>The host that configurations are read on in these tests, and ways to read them.</summary>
internal static class Given
{
    private static readonly Dictionary<string, uint> Accounts = new()
    {
        ["root"] = 0, ["0"] = 0, ["www-data"] = 33, ["33"] = 33, ["dns"] = 53, ["alice"] = 1000, ["1000"] = 1000, ["wheel"] = 10,
        ["staff"] = 50,
    };

    /// <summary>Root, on four CPUs, with two cgroup controllers of three.</summary>
    public static readonly LoadContext Root = new(AutoWorkers: 4, UserId: 0, GroupId: 0, Account, Account, FileStatus.Find)
    {
        Capabilities = ulong.MaxValue & ~(1UL << 16), // without sys_module
        Controllers = new ControllerOffer(["cpu", "memory"], "the cgroup /system.slice/reuseportd.service has cpu memory"),
    };

    /// <summary>An ordinary user without capabilities.</summary>
    public static readonly LoadContext Alice = Root with { UserId = 1000, GroupId = 1000, Held = 0 };

    /// <summary>Folder of this file in the checkout.</summary>
    public static string Folder { get; } = Checkout.At("tests/Decisions.Tests/Configuration");

    public static LoadResult Reading(string text, LoadContext? context = null, string file = "reuseportd.yaml") =>
        ConfigurationReader.Read([Source(file, text)], context ?? Root);

    /// <summary>Reads the keys of one service, given without indentation.</summary>
    public static LoadResult ReadingService(string keys, LoadContext? context = null) =>
        Reading("services:\n  web:\n" + Indent(keys), context);

    /// <summary>Reads valid keys. Adds a command and ports if the keys have none.</summary>
    public static ServiceSpec Service(string keys)
    {
        if (!HasKey(keys, "command")) keys += "\ncommand: server";
        if (!HasKey(keys, "reuseport")) keys += "\nreuseport: { ports: 8080 }";
        var result = ReadingService(keys);
        Assert.True(result.Errors.Count == 0, string.Join('\n', result.Errors));
        return Assert.Single(result.Fleet!.Services);
    }

    /// <summary>The keys of a service have one error, which is at this path. The golden cases have its sentence.</summary>
    public static void AssertError(string path, string keys, LoadContext? context = null)
    {
        if (!HasKey(keys, "command")) keys += "\ncommand: server";
        if (!HasKey(keys, "reuseport")) keys += "\nreuseport: { ports: 8080 }";
        Assert.Equal(path, Assert.Single(ReadingService(keys, context).Errors).Path);
    }

    public static SourceText Source(string file, string text) =>
        new(file, text, Path.GetFileName(file) == "reuseportd.yaml" ? SourceRole.Main : SourceRole.Services);

    private static string Indent(string keys) => string.Concat(keys.Split('\n').Select(line => $"    {line}\n"));

    private static bool HasKey(string keys, string key) =>
        keys.Split('\n').Any(line => line.StartsWith(key + ":", StringComparison.Ordinal));

    private static uint? Account(string name) => Accounts.TryGetValue(name, out var id) ? id : null;
}
