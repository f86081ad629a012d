using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>What a process is started with.</summary>
internal static class ProcessReader
{
    private const int LargestMask = 0x1FF; // 0777

    public static ProcessSpec Read(Section service, Place place, ReuseportSpec reuseport, string? user, string? group, ControllerOffer? controllers) => new(
        CommandReader.Read(service, place),
        reuseport,
        EnvironmentReader.Read(service),
        EnvironmentFiles(service),
        WorkingDirectory(service),
        user,
        group,
        Umask(service),
        LimitsReader.Read(service, controllers),
        OutputReader.Read(service, "stdout"),
        OutputReader.Read(service, "stderr"));

    private static ValueList<string> EnvironmentFiles(Section service)
    {
        const string accepts = "an absolute path, with '-' before it where the file may be missing, or a list of them";
        if (service.Find("env_file")?.Items(accepts, orOne: true) is not { } items) return [];
        return [.. items.Select(item => EnvironmentPath(item, accepts)).OfType<string>()];
    }

    private static string? EnvironmentPath(Field item, string accepts) =>
        item.Text(accepts) is { } text && Paths.IsSound(item, text.StartsWith('-') ? text[1..] : text, accepts) ? text : null;

    private static Template? WorkingDirectory(Section service) =>
        service.Find("working_dir") is { } field && field.AbsolutePath() is { } path ? field.Template(path) : null;

    private static int? Umask(Section service)
    {
        const string accepts = "up to four octal digits such as \"0022\"";
        if (service.Find("umask") is not { } field || field.Text(accepts) is not { } text) return null;
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        if (digits.Length is > 0 and <= 4 && digits.All(c => c is >= '0' and <= '7'))
        {
            var mask = digits.Aggregate(0, (mask, digit) => mask * 8 + (digit - '0'));
            if (mask <= LargestMask) return mask;
        }

        field.Refuse(accepts);
        return null;
    }
}
