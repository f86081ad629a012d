using System.Collections;

namespace Reuseportd.Runtime.Output;

/// <summary>The ports that a process serves. Small for few ports; 8 KiB for a program that uses very many.</summary>
internal struct PortSet
{
    private const int MostListed = 32;

    private List<ushort>? _few;
    private BitArray? _many;

    /// <param name="port">A number of 16 bits.</param>
    /// <returns>True if the port is new.</returns>
    public bool Add(int port)
    {
        if (_many is null)
        {
            _few ??= new List<ushort>(1);
            if (_few.Contains((ushort)port)) return false;
            if (_few.Count < MostListed)
            {
                _few.Add((ushort)port);
                return true;
            }

            _many = new BitArray(ushort.MaxValue + 1);
            foreach (var listed in _few) _many[listed] = true;
            _few = null;
        }

        var isNew = !_many[port];
        _many[port] = true;
        return isNew;
    }
}
