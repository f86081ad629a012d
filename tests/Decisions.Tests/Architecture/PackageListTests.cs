using System.Text.Json.Nodes;

namespace Decisions.Tests.Architecture;

/// <summary>
/// Each architecture has a list of packages of its own. A build for another architecture fails if its list was not written anew.
/// </summary>
public sealed class PackageListTests
{
    [Theory]
    [InlineData("Control")]
    [InlineData("Supervisor")]
    public void Of_EachArchitecture_HaveTheSamePackages(string program) =>
        Assert.Equal(Packages(program, "packages.lock.json"), Packages(program, "packages.linux-arm64.lock.json"));

    /// <summary>Names and versions, without the name of an architecture.</summary>
    private static string[] Packages(string program, string list) =>
    [
        .. JsonNode.Parse(File.ReadAllText(Checkout.At($"src/{program}/{list}")))!["dependencies"]!.AsObject()
            .SelectMany(framework => framework.Value!.AsObject())
            .Select(package => $"{package.Key} {package.Value!["resolved"]}")
            .Select(package => package.Replace("-arm64.", "-x64.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
