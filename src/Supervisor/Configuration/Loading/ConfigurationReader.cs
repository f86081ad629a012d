using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Sections;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>Parses texts into the fleet, or into every error. Pure, except for the functions of the context.</summary>
internal static class ConfigurationReader
{
    /// <summary>The shape of a whole file.</summary>
    public static readonly Shape.Map Shape = new([.. DaemonReader.Keys, ServicesReader.Key]);

    public static LoadResult Read(IReadOnlyList<SourceText> sources, LoadContext context) =>
        Read(sources, context, new Findings());

    /// <param name="findings">Findings from reading the files.</param>
    public static LoadResult Read(IReadOnlyList<SourceText> sources, LoadContext context, Findings findings)
    {
        var daemon = DaemonSpec.Default;
        List<Dependency> exits = [];
        var accounts = new Accounts(context);
        var services = new ServicesReader(context, accounts);
        foreach (var source in sources)
        {
            if (TopSection(source, findings) is not { } top) continue;
            if (source.Role == SourceRole.Main)
            {
                daemon = DaemonReader.Read(top, accounts);
                exits.AddRange(DaemonReader.ReadExits(top));
            }
            else
            {
                DaemonReader.RejectIn(top);
            }

            services.Read(top, source.Folder);
            top.RejectUnknown();
        }

        SharedPorts.Check(services.Services, findings);
        StartOrder.Check(services.Services);
        StartOrder.CheckNames(exits, [.. services.Services.Select(service => service.Spec.Name)]);
        daemon = daemon with { ExitOnFailed = [.. exits.Select(exit => exit.Service)] };
        var fleet = new FleetSpec(daemon, [.. services.Services.Select(service => service.Spec)]);
        return new LoadResult(findings.ErrorCount == 0 ? fleet : null, findings.Errors, findings.Warnings);
    }

    private static Section? TopSection(SourceText source, Findings findings) =>
        NodeReader.Read(source, findings) is { } root
            ? new Field(root, root.Place, "", findings).Section(Shape, "a map with the key 'services'")
            : null;
}
