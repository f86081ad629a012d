using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import;

/// <summary>The kinds of files that can be imported.</summary>
internal static class Kinds
{
    public const string Supervisord = "supervisord";
    public const string Systemd = "systemd";
    public const string Procfile = "procfile";
    public const string Compose = "compose";
    public const string Pm2 = "pm2";

    public static readonly string[] All = [Supervisord, Systemd, Procfile, Compose, Pm2];

    /// <returns>The kind by the name of the file, else by its content; null if neither tells.</returns>
    public static string? Find(SourceText source)
    {
        var name = Path.GetFileName(source.File);
        var lower = name.ToLowerInvariant();
        if (lower.EndsWith(".service", StringComparison.Ordinal)) return Systemd;
        if (lower == "procfile" || lower.StartsWith("procfile.", StringComparison.Ordinal)) return Procfile;
        if (IsEcosystem(lower) || lower.EndsWith(".json", StringComparison.Ordinal)) return Pm2;
        if (lower.EndsWith(".yml", StringComparison.Ordinal) || lower.EndsWith(".yaml", StringComparison.Ordinal))
            return HasLine(source.Text, "apps:") && !HasLine(source.Text, "services:") ? Pm2 : Compose;
        if (HasLine(source.Text, "[program:") || HasLine(source.Text, "[fcgi-program:") || HasLine(source.Text, "[include]")
            || HasLine(source.Text, "[supervisord]")) return Supervisord;
        return HasLine(source.Text, "[Service]") ? Systemd : null;
    }

    /// <summary>True for a file that node has to run.</summary>
    public static bool IsScript(string name) => name.EndsWith(".js", StringComparison.Ordinal)
        || name.EndsWith(".cjs", StringComparison.Ordinal) || name.EndsWith(".mjs", StringComparison.Ordinal);

    /// <summary>As to PM2. Another script can be any program, which nobody means to run.</summary>
    private static bool IsEcosystem(string name) =>
        IsScript(name) && name.Contains(".config.", StringComparison.Ordinal);

    private static bool HasLine(string text, string start)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.TrimStart().StartsWith(start, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
