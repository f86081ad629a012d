using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Output;
using Reuseportd.Model;

namespace Reuseportd.Control.Import.Programs;

/// <content>Values that the daemon accepts; a value that it would refuse becomes a remark.</content>
internal sealed partial class ImportedProgram
{
    private const int LongestPath = 4095;

    /// <summary>The file may be missing, as to systemd.</summary>
    private const char Optional = '-';

    /// <summary>Of files and groups: each one is written once more for the next.</summary>
    private const int MostItems = 256;

    private readonly List<string> environmentFiles = [];

    private readonly List<string> groups = [];

    private readonly List<string> capabilities = [];

    /// <param name="text">YAML.</param>
    public void Raw(Key key, string text, Place at)
    {
        Settings[key] = new Setting(text, at);
        handled++;
    }

    public void Word(Key key, string text, Place at)
    {
        if (Sound(text, at).Trim() is not { Length: > 0 } word) return;
        Raw(key, YamlText.Scalar(word), at);
        Settings[key] = Settings[key] with { Items = [word] };
    }

    public void List(Key key, IEnumerable<string> items, Place at)
    {
        string[] sound = [.. items.Select(item => Sound(item, at))];
        Raw(key, $"[{string.Join(", ", sound.Select(YamlText.Scalar))}]", at);
        Settings[key] = Settings[key] with { Items = sound };
    }

    public void Flag(Key key, bool value, Place at) => Raw(key, value ? "true" : "false", at);

    public void Number(Key key, long value, Place at)
    {
        var within = Math.Clamp(value, key.Least, key.Most);
        if (within != value) Note(at, $"{value} is outside of {key.Least} to {key.Most}", key.Top);
        Raw(key, within.ToString(CultureInfo.InvariantCulture), at);
    }

    /// <param name="value"><see cref="TimeSpan.MaxValue"/> for no limit.</param>
    public void Duration(Key key, TimeSpan value, Place at)
    {
        var (least, most) = (TimeSpan.FromMilliseconds(key.Least), TimeSpan.FromMilliseconds(key.Most));
        var within = value < least ? least : value > most ? most : value;
        within = TimeSpan.FromMilliseconds((long)within.TotalMilliseconds);
        if (within != value && value != TimeSpan.MaxValue && value.Ticks % TimeSpan.TicksPerMillisecond == 0)
            Note(at, $"{DurationSyntax.Text(value)} is outside of {DurationSyntax.Text(least)} to {DurationSyntax.Text(most)}",
                key.Top);
        else if (value == TimeSpan.MaxValue)
            Note(at, $"a limit is needed; {DurationSyntax.Text(most)} is the longest", key.Top);
        Raw(key, DurationSyntax.Text(within), at);
    }

    /// <summary>Parts of a percent are not written.</summary>
    public void CpuPercent(decimal percent, Place at)
    {
        var whole = Math.Max(1, (long)percent);
        if (whole != percent) Note(at, $"{percent.ToString("0.####", CultureInfo.InvariantCulture)}% is {whole}% here", "limits");
        Raw(Key.CpuQuota, $"\"{whole}%\"", at);
    }

    public void Size(Key key, long bytes, Place at)
    {
        var within = Math.Max(bytes, key.Least);
        if (within != bytes) Note(at, $"{bytes} bytes are below the least size here", key.Top);
        Raw(key, SizeText(within), at);
    }

    /// <summary>A path that may have placeholders.</summary>
    public void PathTemplate(Key key, string path, Place at)
    {
        if (IsPath(key, path, at)) Word(key, path, at);
    }

    /// <summary>A path without placeholders; a leading '-' is kept.</summary>
    public void EnvironmentFile(string path, Place at)
    {
        var plain = path.StartsWith(Optional) ? path[1..] : path;
        if (Placeholders.HasAny(plain))
            Missing(at, $"{Printable.Text(path)}: {Key.EnvFile.Path} has no placeholders", Key.EnvFile.Path);
        else if (IsPath(Key.EnvFile, plain, at))
            Add(Key.EnvFile, environmentFiles, Placeholders.Unescape(path), at);
    }

    /// <summary>A user or a group. Without its user, the program would run as the daemon's user, so it is not started.</summary>
    /// <param name="name">A text with placeholders; null after a remark that it is not known.</param>
    public void Account(Key key, string? name, Place at)
    {
        if (name is not null && !Placeholders.HasAny(name))
        {
            Word(key, Placeholders.Unescape(name), at);
            return;
        }

        if (name is not null) Missing(at, $"'{Printable.Text(name)}': {key.Path} has no placeholders", key.Path);
        if (key == Key.User) KeepStopped(at, "its user is not known");
    }

    public void SupplementaryGroup(string name, Place at)
    {
        if (Placeholders.HasAny(name))
            Missing(at, $"'{Printable.Text(name)}': {Key.Groups.Path} has no placeholders", Key.Groups.Path);
        else
            Add(Key.Groups, groups, Placeholders.Unescape(name), at);
    }

    private void Add(Key key, List<string> items, string item, Place at)
    {
        if (items.Count == MostItems)
        {
            Missing(at, $"more than {MostItems}; {Printable.Text(item)} is left out", key.Path);
            return;
        }

        items.Add(item);
        List(key, items, at);
    }

    /// <summary>A destination <c>file:/PATH</c>, which all workers share.</summary>
    public void OutputFile(Key key, string path, Place at)
    {
        if (IsDescriptor(path) || path == "/dev/null")
        {
            if (path == "/dev/null") Raw(key, "\"null\"", at);
            else Note(at, $"{Printable.Text(path)} is no file of a worker: the journal has the output", key.Path);
            return;
        }

        if (Placeholders.HasAny(path)) Note(at, "all workers write to one file, without their numbers", key.Path);
        var plain = Placeholders.Without(path);
        if (IsPath(key, plain, at)) Word(key, $"file:{plain}", at);
    }

    public void Signal(Key key, string text, Place at)
    {
        if (Model.Signal.TryParse(text) is { } signal)
            Raw(key, signal.ToString().Replace("SIG", "", StringComparison.Ordinal), at);
        else Missing(at, $"there is no signal '{Printable.Text(text)}'", key.Path);
    }

    public void UmaskText(string text, Place at)
    {
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        if (digits.Length is > 0 and <= 4 && digits.All(c => c is >= '0' and <= '7') && Convert.ToInt32(digits, 8) <= 0x1FF)
            Raw(Key.Umask, $"\"{digits.PadLeft(4, '0')}\"", at);
        else
            Missing(at, $"'{Printable.Text(text)}' is no file mode creation mask", Key.Umask.Path);
    }

    public void CapabilityNames(IEnumerable<string> names, Place at)
    {
        foreach (var name in names)
        {
            if (Capability.TryParse(name) is not { } known)
                Missing(at, $"there is no capability '{Printable.Text(name)}'", Key.Capabilities.Path);
            else if (!capabilities.Contains(known.ToString()))
                capabilities.Add(known.ToString());
        }

        if (capabilities.Count > 0) List(Key.Capabilities, capabilities, at);
    }

    /// <param name="value">With placeholders.</param>
    public void SetVariable(string name, string value, Place at)
    {
        if (EnvironmentNames.Problem(name) is { } problem) Missing(at, $"{Printable.Text(name)}: {problem}", "environment");
        else
        {
            Environment[name] = new Variable(Sound(value, at), at);
            handled++;
        }
    }

    /// <summary>The text without characters that no argument, variable or path can have.</summary>
    public string Sound(string text, Place at)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        var sound = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != 0) sound.Append(rune.ToString());
        }

        if (sound.Length != text.Length) Missing(at, "a NUL character is left out");
        return sound.ToString();
    }

    public static string SizeText(long bytes)
    {
        var (amount, unit) = bytes switch
        {
            >= 1L << 30 when bytes % (1L << 30) == 0 => (bytes >> 30, "GiB"),
            >= 1 << 20 when bytes % (1 << 20) == 0 => (bytes >> 20, "MiB"),
            >= 1 << 10 when bytes % (1 << 10) == 0 => (bytes >> 10, "KiB"),
            _ => (bytes, ""),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
    }

    /// <summary>True for an open file of a process: in a container, the way to its log.</summary>
    private static bool IsDescriptor(string path) =>
        path is "/dev/stdout" or "/dev/stderr" or "/dev/console" || path.StartsWith("/dev/fd/", StringComparison.Ordinal)
        || path.StartsWith("/dev/tty", StringComparison.Ordinal) || path.StartsWith("/dev/pts/", StringComparison.Ordinal)
        || (path.StartsWith("/proc/", StringComparison.Ordinal) && path.Contains("/fd/", StringComparison.Ordinal));

    private bool IsPath(Key key, string path, Place at)
    {
        if (path.Length == 0) return false;
        if (!path.StartsWith('/'))
            Missing(at, $"'{Printable.Text(path)}' is no absolute path", key.Path);
        else if (Encoding.UTF8.GetByteCount(path) > LongestPath - 8)
            Missing(at, "the path is too long", key.Path);
        else
            return true;
        return false;
    }
}
