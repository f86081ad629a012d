using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads privileges beside user and group.</summary>
internal static class PrivilegesReader
{
    private const string Accepts = "capabilities such as net_bind_service, or a list of them";

    private static readonly Key NoNewPrivileges = Key.Flag(
        "no_new_privileges",
        "Whether set-uid programs and file capabilities give the worker and its children no privileges "
        + "(prctl(2), PR_SET_NO_NEW_PRIVS). "
        + "Default: true if user or group differs from the daemon's.");

    private static readonly Key Ambient = new(
        "ambient_capabilities",
        new Shape.List(
            new Shape.AnyOf(new Shape.Choice(Capability.Names), new Shape.Text("^([Cc][Aa][Pp]_|[A-Z])[A-Za-z_]+$")),
            OrOne: true),
        "Capabilities of workers that do not run as root, see capabilities(7): net_bind_service allows ports below 1024. "
        + "Default: none after a change of user, else the daemon's.");

    public static readonly IReadOnlyList<Key> Keys = [Accounts.GroupsKey, NoNewPrivileges, Ambient];

    /// <param name="userId">The workers' user; null if unknown.</param>
    public static PrivilegesSpec Read(Section service, Accounts accounts, LoadContext context, uint? userId) => new(
        accounts.SupplementaryGroups(service),
        service.Flag(NoNewPrivileges),
        AmbientCapabilities(service, context, userId));

    private static ValueList<Capability>? AmbientCapabilities(Section service, LoadContext context, uint? userId)
    {
        if (service.Find(Ambient) is not { } field) return null;
        if (field.Items(Accepts, orOne: true) is not { } items) return null;
        if (userId == 0 && items.Count > 0)
            field.Warning("has no effect on workers that run as root: these have all capabilities");
        return [.. items.Select(item => One(item, context)).OfType<Capability>().Distinct().Order()];
    }

    private static Capability? One(Field item, LoadContext context)
    {
        if (item.Text(Accepts) is not { } text) return null;
        if (Capability.TryParse(text) is not { } capability)
        {
            var nearest = Spelling.Nearest(Capability.Plain(text), Capability.Names);
            var hint = nearest is null ? "see capabilities(7)" : $"did you mean '{nearest}'?";
            item.Error($"there is no capability '{Printable.Text(text)}'; {hint}");
            return null;
        }

        if ((context.Capabilities & capability.Bit) == 0)
            item.Error($"the daemon cannot give '{capability}' to workers: the daemon's bounding set does not contain it");
        else if ((context.Held & capability.Bit) == 0) ReportNotHeld(item, capability, context);
        return capability;
    }

    /// <summary>Outside of the daemon, only a warning: its unit may give it the capability.</summary>
    private static void ReportNotHeld(Field item, Capability capability, LoadContext context)
    {
        if (context.Controllers is null)
            item.Warning($"this user does not hold '{capability}'; only a daemon that holds it can give it to workers");
        else
        {
            item.Error($"the daemon cannot give '{capability}' to workers: the daemon does not hold it; "
                + "start the daemon with it, for example by 'AmbientCapabilities=' in its unit");
        }
    }
}
