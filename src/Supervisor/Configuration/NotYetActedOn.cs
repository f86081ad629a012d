using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>
/// What is read and checked, but not acted on by this version. A file that asks for one of these gets a warning; when
/// one is acted on, its line goes.
/// </summary>
internal static class NotYetActedOn
{
    private const string Message = "is read and checked, but this version does not act on it yet";

    public static void Warn(Section service)
    {
        Warn(service.Find("update"));
        Warn(service.Find("stall"));
        Warn(Child(service, "reuseport", "balance"));
    }

    private static void Warn(Field? field)
    {
        if (field is { IsNull: false } written) written.Warning(Message);
    }

    private static Field? Child(Section service, string section, string key) =>
        service.Find(section) is { Node: MapNode } field ? field.Section(ReuseportReader.Map)!.Find(key) : null;
}
