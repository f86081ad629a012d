namespace Reuseportd.Model;

/// <summary>The name of a slot, written <c>web@0</c>. A slot outlives the processes that run in it.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Index">Number of the copy, from 0.</param>
internal readonly record struct WorkerName(string Service, int Index)
{
    public override string ToString() => $"{Service}@{Index}";
}
