using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The place of the configuration, and the facts of this host that validate it.</summary>
internal static class ConfigurationSource
{
    public const string MainFile = "reuseportd.yaml";
    public const string ServicesDirectory = "services.d";
    public const string SystemDirectory = "/etc/reuseportd";

    /// <summary>The given path; by default /etc/reuseportd for root, and a folder of the user for others.</summary>
    public static string PathOf(DaemonArguments arguments, Func<string, string?> variable)
    {
        if (arguments.Config is { } given) return given;
        if (UserDatabase.IsRoot) return SystemDirectory;
        var home = variable("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : Path.Combine(variable("HOME") ?? "/", ".config");
        return Path.Combine(home, "reuseportd");
    }

    /// <param name="controllers">Null in a process that is not the daemon.</param>
    /// <param name="noKernelMethod">The reason against the kernel method; null if it can be used, or is not known.</param>
    public static LoadResult Load(string path, ControllerOffer? controllers, string? noKernelMethod = null)
    {
        var loaded = ConfigurationLoader.Load(path, Context(controllers) with { NoKernelMethod = noKernelMethod });
        if (loaded.Fleet is not { } fleet) return loaded;
        var capacity = Capacity.Warnings(path, fleet, StartLimits.Descriptors(), StartLimits.Tasks());
        return loaded with { Warnings = [.. loaded.Warnings, .. capacity] };
    }

    /// <summary>Reads the text of one service, as <see cref="Configuration.Writing"/> writes it.</summary>
    /// <param name="problem">The first error; null with a service.</param>
    public static ServiceSpec? ReadService(string text, ControllerOffer controllers, out string? problem)
    {
        var read = ConfigurationReader.Read([new SourceText("state", text, SourceRole.Services)], Context(controllers));
        var service = read.Fleet?.Services is [var only] ? only : null;
        problem = read.Errors.Count > 0 ? read.Errors[0].ToString() : service is null ? "a text without its service" : null;
        return service;
    }

    private static LoadContext Context(ControllerOffer? controllers) => new(
        CpuSet.Workers(),
        UserDatabase.EffectiveUser,
        UserDatabase.EffectiveGroup,
        name => UserDatabase.Resolve(name, group: null, out _)?.Identity.Uid,
        name => UserDatabase.GroupNumber(name, out _),
        Find)
    {
        Capabilities = Capabilities.Bounding(),
        Held = Capabilities.Permitted(),
        Controllers = controllers,
        FindNamed = Find,
    };

    private static FileFacts? Find(string path, out Errno errno)
    {
        if (SystemPath.Status(path, out errno) is not { } facts) return null;
        const uint permissions = 0xFFF;
        return new FileFacts(KindOf(facts.Mode), facts.Uid, facts.Gid, (UnixFileMode)(facts.Mode & permissions));
    }

    /// <summary>The type bits of inode(7).</summary>
    private static FileKind KindOf(uint mode) => (mode >> 12) switch
    {
        8 => FileKind.Regular,
        4 => FileKind.Directory,
        1 => FileKind.Fifo,
        12 => FileKind.Socket,
        _ => FileKind.Device,
    };
}
